import numpy as np
import pytest

from edgewright_convert.float_model import load_float_model
from edgewright_convert.importing.model_import import Declaration, import_model
from edgewright_convert.importing.normalisations import NORMALISATIONS, normalisation_named
from edgewright_convert.options import ConvertOptions
from edgewright_convert.pipeline import convert_run
from edgewright_runtime.errors import CheckFailedError, EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.manifest import read_manifest, verify
from edgewright_runtime.run.splits import read_splits

from ...tolerances import assert_probabilities_close, float32_network

pytestmark = pytest.mark.numeric

PIXELS = np.random.default_rng(1).integers(0, 256, (4, 32, 32, 3), np.uint8)


def by_hand(name, pixels):
    """What each declared normalisation means, written out once more."""
    x = pixels.astype(np.float64)
    if name == "unit":
        return x / 255
    if name == "minus-one-to-one":
        return x / 127.5 - 1
    if name == "imagenet-torch":
        return (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    if name == "imagenet-caffe":
        return x[..., ::-1] - [103.939, 116.779, 123.68]
    return x


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


@pytest.fixture
def imported(tmp_path, digit_labels):
    """A function that imports a model into a new run folder."""

    def import_it(source, *, normalisation="raw", data=None, out=None, **declared):
        declaration = Declaration(digit_labels, normalisation_named(normalisation), **declared)
        return import_model(source, out or tmp_path / "imported", declaration, data=data, seed=0)

    return import_it


@pytest.fixture
def saved(tmp_path, imported_model):
    """A function that saves a model and gives its path."""

    def save(name="model.keras", **options):
        path, model = tmp_path / name, imported_model(**options)
        if path.suffix:
            model.save(path)
        else:
            model.export(path, verbose=False)
        return path, model

    return save


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_raw_pixels_in_probabilities_out_whatever_the_normalisation(normalisation, saved, imported):
    path, model = saved()
    run = imported(path, normalisation=normalisation)
    expected = model.predict_on_batch(by_hand(normalisation, PIXELS).astype(np.float32))
    assert_probabilities_close(load_float_model(run.model).probabilities(PIXELS), expected)


@pytest.mark.parametrize("normalisation", ["raw", "imagenet-torch", "imagenet-caffe"])
def test_saved_model_is_wrapped_the_same_way(normalisation, saved, imported):
    path, model = saved("exported", activation=None)
    run = imported(path, normalisation=normalisation)
    expected = softmax(model.predict_on_batch(by_hand(normalisation, PIXELS).astype(np.float32)))
    assert not run.model.exists()
    assert_probabilities_close(load_float_model(run.saved_model).probabilities(PIXELS), expected)


@pytest.mark.filterwarnings("ignore:.*HDF5 file.*:UserWarning")
def test_h5_file_with_logits_gets_a_softmax_and_the_manifest_says_so(saved, imported):
    path, model = saved("model.h5", activation=None)
    run = imported(path, normalisation="unit")
    expected = softmax(model.predict_on_batch(by_hand("unit", PIXELS).astype(np.float32)))
    assert_probabilities_close(load_float_model(run.model).probabilities(PIXELS), expected)
    options = read_manifest(run.path).artefacts["model.keras"].options
    assert (options["output"], options["imported_from"]) == ("logits", "model.h5")
    assert options["declared"]["normalisation"] == "unit"


@pytest.mark.parametrize(
    "options", [{"activation": None}, {"channels": 1}, {"size": None}], ids=["logits", "grayscale", "open size"]
)
def test_every_kind_converts_to_full_integer_and_onnx(options, saved, imported, digit_images):
    path, _ = saved(**options)
    size = {"size": "24x40"} if options.get("size", 0) is None else {}
    run = imported(path, normalisation="unit", data=digit_images, **size)
    outcomes = convert_run(run, ["tflite-int8", "onnx-fp16", "onnx-int8"], ConvertOptions())
    assert {outcome.error for outcome in outcomes} == {None}
    contract = Preprocessing.load(run.preprocessing)
    assert contract.channels == options.get("channels", 3)
    assert (contract.height, contract.width) == ((24, 40) if size else (32, 32))
    assert {row.split for row in read_splits(run.splits)} == {"train", "val", "test"}


class TestSplitsOfAnEarlierRun:
    """What becomes of splits.csv where a model is taken in again without data."""

    def test_untouched_ones_stay_listed_as_what_made_them(self, saved, imported, digit_images):
        (path, _), (other, _) = saved(), saved("other.keras")
        run = imported(path, normalisation="unit", data=digit_images)
        rows, entry = read_splits(run.splits), read_manifest(run.path).artefacts["splits.csv"]
        imported(other, normalisation="raw")
        artefacts = read_manifest(run.path).artefacts
        assert read_splits(run.splits) == rows
        assert artefacts["splits.csv"] == entry
        assert artefacts["model.keras"].options["imported_from"] == "other.keras"

    def test_edited_ones_are_refused_before_anything_is_written(self, saved, imported, digit_images):
        path, _ = saved()
        run = imported(path, normalisation="unit", data=digit_images)
        run.splits.write_text(run.splits.read_text().replace(",test,", ",train,", 1))
        before = {file: file.read_bytes() for file in run.path.rglob("*") if file.is_file()}
        with pytest.raises(CheckFailedError, match=r"splits\.csv is not the list .*give the images with --data"):
            imported(path, normalisation="raw")
        assert {file: file.read_bytes() for file in run.path.rglob("*") if file.is_file()} == before

    def test_edited_ones_are_made_anew_from_data(self, saved, imported, digit_images):
        path, _ = saved()
        run = imported(path, normalisation="unit", data=digit_images)
        rows = read_splits(run.splits)
        run.splits.write_text(run.splits.read_text().replace(",test,", ",train,", 1))
        imported(path, normalisation="unit", data=digit_images)
        assert read_splits(run.splits) == rows
        verify(run.splits)

    def test_ones_that_nothing_lists_stay_unlisted(self, saved, imported):
        path, _ = saved()
        run = imported(path, normalisation="unit")
        run.splits.write_text(f"path,label,split,sha256\na.png,0,train,{'0' * 64}\n")
        imported(path, normalisation="unit")
        assert "splits.csv" not in read_manifest(run.path).artefacts


def test_uint8_saved_model_is_fed_bytes(tmp_path, imported):
    import tensorflow as tf

    class Bytes(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, 8, 8, 3), tf.uint8)])
        def serve(self, pixels):
            return tf.nn.softmax(tf.reshape(tf.cast(pixels, tf.float32), (-1, 192))[:, :10] / 50)

    module = Bytes()
    tf.saved_model.save(module, str(tmp_path / "bytes"), signatures={"serving_default": module.serve})
    run = imported(tmp_path / "bytes")
    pixels = PIXELS[:, :8, :8]
    expected = softmax(pixels.reshape(4, -1)[:, :10] / 50)
    found = load_float_model(run.saved_model).probabilities(pixels)
    assert_probabilities_close(found, expected, float32_network(layers=1, products=1))


def test_contract_says_how_images_reach_the_model(saved, imported):
    run = imported(saved()[0], normalisation="imagenet-torch", resize_method="crop", interpolation="bicubic")
    contract = Preprocessing.load(run.preprocessing)
    assert (contract.resize_method, contract.interpolation) == ("crop", "bicubic")
    assert contract.normalisation.scale == pytest.approx([1 / (255 * std) for std in (0.229, 0.224, 0.225)])


def test_importing_again_replaces_the_earlier_model(saved, imported, tmp_path):
    out = tmp_path / "run"
    imported(saved("exported")[0], out=out)
    run = imported(saved()[0], out=out)
    assert run.model.is_file()
    assert not run.saved_model.exists()


def test_wrong_number_of_outputs_names_both_numbers(saved, imported):
    with pytest.raises(EdgewrightError, match=r"has 7 outputs, but .* names 10 labels"):
        imported(saved(classes=7)[0])


def test_sigmoid_outputs_are_refused(saved, imported):
    with pytest.raises(EdgewrightError, match="sigmoid of 10 outputs"):
        imported(saved(activation="sigmoid")[0])


def test_logits_declared_as_probabilities_are_refused(saved, imported):
    with pytest.raises(EdgewrightError, match="use --output logits"):
        imported(saved(activation=None)[0], output="probabilities")


def test_unknown_kind_of_output_is_refused(saved, imported):
    with pytest.raises(EdgewrightError, match="did you mean 'logits'"):
        imported(saved()[0], output="logit")


@pytest.mark.parametrize(
    ("size", "sentence"), [(None, "--size HEIGHTxWIDTH"), ("big", "is no size"), ("24", "is no size")]
)
def test_open_size_must_be_said(size, sentence, saved, imported):
    with pytest.raises(EdgewrightError, match=sentence):
        imported(saved(size=None)[0], size=size)


def test_size_that_the_model_does_not_take_is_refused(saved, imported):
    with pytest.raises(EdgewrightError, match="takes images of 32x32, not 64x64"):
        imported(saved()[0], size="64x64")


def test_rgb_normalisation_of_a_grayscale_model_is_refused(saved, imported):
    with pytest.raises(EdgewrightError, match="for 3 channels, the model takes 1"):
        imported(saved(channels=1)[0], normalisation="imagenet-torch")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.filterwarnings("ignore:.*HDF5 file.*:UserWarning")
def test_lambda_layers_are_refused_before_loading(suffix, tmp_path, imported):
    import keras

    inputs = keras.Input((8, 8, 3))
    path = tmp_path / f"model{suffix}"
    keras.Model(inputs, keras.layers.Lambda(lambda x: x)(inputs)).save(path)
    with pytest.raises(EdgewrightError, match="Lambda"):
        imported(path)


def test_custom_layer_is_one_sentence(tmp_path, imported):
    import keras

    class Own(keras.layers.Layer):
        def call(self, x):
            return x

    inputs = keras.Input((8, 8, 3))
    path = tmp_path / "own.keras"
    keras.Model(inputs, Own()(inputs)).save(path)
    with pytest.raises(EdgewrightError, match=r"uses '.*Own'.*model\.export"):
        imported(path)


def model_with(inputs, outputs, path):
    import keras

    keras.Model(inputs, outputs).save(path)
    return path


def test_two_outputs_are_refused(tmp_path, imported):
    import keras

    inputs = keras.Input((8, 8, 3))
    flat = keras.layers.Flatten()(inputs)
    path = model_with(inputs, [keras.layers.Dense(10)(flat), keras.layers.Dense(4)(flat)], tmp_path / "two.keras")
    with pytest.raises(EdgewrightError, match="2 output tensors"):
        imported(path)


def test_channels_first_is_refused(tmp_path, imported):
    import keras

    inputs = keras.Input((3, 8, 8))
    path = model_with(inputs, keras.layers.Dense(10)(keras.layers.Flatten()(inputs)), tmp_path / "first.keras")
    with pytest.raises(EdgewrightError, match="channels first"):
        imported(path)


def test_two_inputs_are_refused(tmp_path, imported):
    import keras

    pair = [keras.Input((8, 8, 3)), keras.Input((8, 8, 3))]
    outputs = keras.layers.Dense(10)(keras.layers.Flatten()(keras.layers.Add()(pair)))
    with pytest.raises(EdgewrightError, match="2 inputs"):
        imported(model_with(pair, outputs, tmp_path / "pair.keras"))


def test_weights_alone_are_refused(tmp_path, imported):
    import h5py

    path = tmp_path / "weights.h5"
    with h5py.File(path, "w") as file:
        file["kernel"] = np.zeros(3)
    with pytest.raises(EdgewrightError, match="weights only"):
        imported(path)


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model.onnx", "absent.keras"])
def test_other_files_are_refused(name, tmp_path, imported):
    path = tmp_path / name
    if not name.startswith("absent"):
        path.write_bytes(b"something else")
    with pytest.raises(EdgewrightError, match=name):
        imported(path)


def test_folder_that_is_no_saved_model_is_refused(tmp_path, imported):
    (tmp_path / "empty").mkdir()
    with pytest.raises(EdgewrightError, match="no SavedModel folder"):
        imported(tmp_path / "empty")


def test_data_with_a_label_that_the_model_lacks_is_refused(saved, imported, tmp_path, digit_images):
    (tmp_path / "three.txt").write_text("0\n1\n2\n")
    declaration = Declaration(tmp_path / "three.txt", NORMALISATIONS["raw"])
    with pytest.raises(EdgewrightError, match="does not name"):
        import_model(saved(classes=3)[0], tmp_path / "run", declaration, data=digit_images, seed=0)
