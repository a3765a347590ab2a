"""Recipes hold exactly their fields, in their ranges, and are found by name or path."""

import importlib.resources
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.recipes import Recipe, load_recipe, parse_recipe, recipe_names, toml_from_recipe
from edgewright_train.recipes.optimization import BALANCES
from edgewright_train.recipes.phases import SCHEDULES

FLOWERS = (importlib.resources.files("edgewright_train") / "recipes" / "flowers.toml").read_text(encoding="utf-8")


def test_recipes_of_each_job_come_with_the_package():
    assert {"banana", "digits", "fast", "flowers", "viewpoint"} <= set(recipe_names())


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_loads_and_has_a_contract_of_its_size(name):
    recipe = load_recipe(name)
    contract = recipe.preprocessing()
    assert contract.height == contract.width == recipe.input_size
    assert contract.resize_method == recipe.resize_method


def test_viewpoint_never_mirrors_for_left_and_right_are_classes():
    assert not load_recipe("viewpoint").augmentation.horizontal_flip


def test_digits_are_small_and_from_scratch():
    recipe = load_recipe("digits")
    assert (recipe.input_size, recipe.backbone, recipe.weights) == (32, "small_cnn", "none")
    assert not recipe.augmentation.horizontal_flip
    assert not recipe.augmentation.vertical_flip


def test_banana_is_true_to_its_source():
    recipe = load_recipe("banana")
    head, changes = recipe.head, recipe.augmentation
    assert (recipe.input_size, recipe.batch_size, recipe.balance) == (160, 32, "class_weights")
    assert (head.pooling, head.batch_norm, head.layers, head.activation) == ("average", True, (512, 256), "relu")
    assert (head.l2, head.layer_batch_norm, head.layer_dropout) == (0.001, True, 0.3)
    assert (changes.rotation_degrees, changes.shift, changes.shear, changes.zoom) == (20, 0.1, 0.1, 0.1)
    assert (changes.horizontal_flip, changes.vertical_flip, changes.fill) == (True, False, "nearest")
    assert (changes.brightness_factor, changes.brightness, changes.channel_shift) == (0.2, 0, 0.1)
    assert (changes.contrast, changes.mixes) == (0, False)
    for phase in (recipe.head_phase, recipe.fine_tune):
        assert (phase.monitor, phase.early_stopping_patience) == ("val_accuracy", 10)
        assert (phase.plateau_factor, phase.plateau_patience, phase.min_learning_rate) == (0.2, 5, 1e-7)
        assert (phase.schedule, phase.decay) == ("exponential", 0.9)
    assert recipe.fine_tune.learning_rate == pytest.approx(recipe.head_phase.learning_rate / 10)


def test_viewpoint_is_true_to_its_source():
    recipe = load_recipe("viewpoint")
    assert (recipe.input_size, recipe.batch_size) == (224, 32)
    assert (recipe.head.dropout, recipe.head.layers, recipe.head.activation) == (0.2, (128,), "relu")
    assert (recipe.head.layer_dropout, recipe.head.batch_norm, recipe.head.layer_batch_norm) == (0.1, False, False)
    assert (recipe.head_phase.epochs, recipe.head_phase.learning_rate) == (20, 1e-3)
    assert (recipe.fine_tune.epochs, recipe.fine_tune.learning_rate) == (15, 1e-4)
    for phase in (recipe.head_phase, recipe.fine_tune):
        assert (phase.monitor, phase.early_stopping_patience) == ("val_accuracy", 7)
        assert (phase.plateau_factor, phase.plateau_patience, phase.min_learning_rate) == (0.5, 3, 1e-7)


def test_flowers_is_true_to_its_source():
    recipe = load_recipe("flowers")
    assert recipe.optimizer.name == "adamw"
    assert recipe.optimizer.weight_decay > 0
    assert (recipe.head_phase.epochs, recipe.fine_tune.epochs) == (20, 30)
    assert recipe.head_phase.plateau_patience or recipe.head_phase.schedule == "step"
    assert recipe.fine_tune.plateau_patience or recipe.fine_tune.schedule == "step"


def test_fast_needs_no_gradients_for_its_head_and_takes_its_time_from_one_cycle_with_rates_of_each_layer():
    recipe = load_recipe("fast")
    assert recipe.head_phase.solver == "logistic_regression"
    assert recipe.fine_tune.schedule == "one_cycle"
    assert recipe.fine_tune.layer_decay < 1


def test_fast_computes_the_lower_layers_once_for_both_phases():
    recipe = load_recipe("fast")
    assert recipe.head_phase.views == recipe.fine_tune.views < recipe.fine_tune.epochs


@pytest.mark.parametrize("change", [{"layers": (8,)}, {"batch_norm": True}])
def test_logistic_regression_is_refused_for_a_head_of_more_than_one_layer(change):
    recipe = load_recipe("fast")
    with pytest.raises(EdgewrightError, match="solver logistic_regression is for a head of one dense layer"):
        replace(recipe, head=replace(recipe.head, **change))


def test_warm_up_is_refused_where_the_schedule_has_its_own():
    phase = load_recipe("fast").fine_tune
    with pytest.raises(EdgewrightError, match="warmup_epochs must be 0 with one_cycle"):
        replace(phase, warmup_epochs=1)


def test_recipe_takes_the_rest_from_its_base_and_says_all_of_it_when_asked(tmp_path: Path):
    (tmp_path / "one.toml").write_text('base = "banana"\n[head]\nlayers = [64]\n')
    (tmp_path / "two.toml").write_text('base = "one.toml"\nbatch_size = 8\n')
    recipe, banana = load_recipe(str(tmp_path / "two.toml")), load_recipe("banana")
    assert recipe == replace(banana, batch_size=8, head=replace(banana.head, layers=(64,)))
    assert parse_recipe(toml_from_recipe(recipe), where="r") == recipe


def test_recipe_that_is_its_own_base_is_refused(tmp_path: Path):
    for name, base in (("one", "two"), ("two", "one")):
        (tmp_path / f"{name}.toml").write_text(f'base = "{base}.toml"\n')
    with pytest.raises(EdgewrightError, match="is its own base"):
        load_recipe(str(tmp_path / "one.toml"))


def test_recipe_is_read_from_a_path(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(FLOWERS.replace("input_size = 224", "input_size = 64"))
    assert load_recipe(str(path)).input_size == 64


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(EdgewrightError, match="Unknown recipe 'flowrs': did you mean 'flowers'"):
        load_recipe("flowrs")


def test_missing_file_is_named():
    with pytest.raises(EdgewrightError, match=r"Cannot read the recipe nowhere/mine\.toml"):
        load_recipe("nowhere/mine.toml")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("batch_size = 32", "batch_sise = 32", "Unknown field 'batch_sise': did you mean 'batch_size'"),
        ("batch_size = 32", "", r"lacks the field\(s\) batch_size"),
        ("batch_size = 32", 'batch_size = "many"', "batch_size must be a whole number, not 'many'"),
        ("batch_size = 32", "batch_size = 32.5", "batch_size must be a whole number, not 32.5"),
        ("batch_size = 32", "batch_size = true", "batch_size must be a whole number, not True"),
        ("batch_size = 32", "batch_size = 0", "batch_size must be at least 1"),
        ("batch_norm = false", "batch_norm = 0", "batch_norm must be true or false"),
        ('alpha = "auto"', "alpha = 0.4", "alpha must be one of 0.35, 0.5"),
        ('alpha = "auto"', 'alpha = "automatic"', "alpha must be one of"),
        ("input_size = 224", "input_size = 31", "input_size must be from 32 to 224"),
        ("input_size = 224", "input_size = 256", "input_size must be from 32 to 224"),
        ('"mobilenet_v2"', '"mobilenet_v3"', "Unknown backbone 'mobilenet_v3': did you mean 'mobilenet_v2'"),
        ('"squash"', '"stretch"', "resize"),
        ('weights = "imagenet"', 'weights = "nothing"', "Unknown weights 'nothing'"),
        ("learning_rate = 2e-3", "learning_rate = nan", "learning_rate must be above 0"),
        ("learning_rate = 2e-3", "learning_rate = inf", "learning_rate must be above 0"),
        ("learning_rate = 2e-3", "learning_rate = 0", r"\[from_scratch\]: learning_rate must be above 0"),
        ('unfreeze_layers = "all"', 'unfreeze_layers = "some"', 'unfreeze_layers must be at least 0, or "all"'),
        ('schedule = "cosine"', 'schedule = "cosin"', "Unknown schedule 'cosin': did you mean 'cosine'"),
        ("rotation_degrees = 15", "rotation = 15", "did you mean 'rotation_degrees'"),
        ("[head]", "[heads]", "did you mean 'head'"),
        ('name = "adamw"', 'name = "adamw2"', "did you mean 'adamw'"),
        (
            'name = "adamw"',
            'name = "adam"',
            r"\[optimizer\]: weight_decay is of no effect with adam|weight_decay is of no",
        ),
        ("accumulation = 1", "accumulation = 0", "accumulation must be at least 1"),
        ('kind = "crossentropy"', 'kind = "hinge"', "Unknown kind 'hinge'"),
        ('fill = "reflect"', 'fill = "wrap"', "Unknown fill 'wrap'"),
        ('balance = "class_weights"', 'balance = "weights"', "Unknown balance 'weights'"),
        ('monitor = "val_loss"', 'monitor = "val_acuracy"', "did you mean 'val_accuracy'"),
        ("layer_decay = 1.0", "layer_decay = 0.0", "layer_decay must be above 0"),
        ('views = "every_epoch"', 'views = "all"', 'views must be at least 1 and at most 64, or "every_epoch"'),
        ("test_fraction = 0.2", "test_fraction = 0.0", "test_fraction must be above 0"),
        ("batch_size = 32", "batch_size == 32", "is not valid TOML"),
    ],
)
def test_bad_recipe_is_refused_in_one_sentence(old, new, sentence):
    assert old in FLOWERS
    with pytest.raises(EdgewrightError, match=sentence) as caught:
        parse_recipe(FLOWERS.replace(old, new), where="mine.toml")
    assert str(caught.value).startswith("mine.toml")


def test_value_where_a_table_belongs_is_refused():
    before, _, after = FLOWERS.partition("[head]")
    with pytest.raises(EdgewrightError, match=r"head must be a table, \[head\], not 3"):
        parse_recipe(f"head = 3\n{before}[optimizer]{after.partition('[optimizer]')[2]}", where="r")


SHARES = st.floats(0, 0.9)
FACTORS = st.floats(0, 1, exclude_min=True)


@given(
    st.fixed_dictionaries(
        {
            "batch_size": st.integers(1, 4096),
            "alpha": st.sampled_from([0.35, 0.5, 0.75, 1.0, 1.3, 1.4, "auto"]),
            "input_size": st.integers(32, 224),
            "balance": st.sampled_from(BALANCES),
            "description": st.text(st.characters(codec="utf-8"), max_size=20),
        }
    ),
    st.fixed_dictionaries(dict.fromkeys(("zoom", "shift", "shear", "brightness", "contrast"), SHARES)),
    st.fixed_dictionaries({"layers": st.lists(st.integers(1, 16384), max_size=3).map(tuple), "l2": st.floats(0, 1)}),
    st.fixed_dictionaries(
        {
            "schedule": st.sampled_from(SCHEDULES),
            "decay": FACTORS,
            "learning_rate": st.floats(0, 10, exclude_min=True),
            "unfreeze_layers": st.one_of(st.integers(0, 999), st.just("all")),
            "layer_decay": FACTORS,
            "views": st.one_of(st.integers(1, 64), st.just("every_epoch")),
        }
    ),
)
def test_a_recipe_written_as_toml_is_read_back_the_same(whole, augmentation, head, fine_tune):
    recipe = load_recipe("flowers")
    recipe = replace(
        recipe,
        **whole,
        augmentation=replace(recipe.augmentation, **augmentation),
        head=replace(recipe.head, **head),
        fine_tune=replace(recipe.fine_tune, **fine_tune),
    )
    assert parse_recipe(toml_from_recipe(recipe), where="r") == recipe


@given(st.sampled_from([field.name for field in fields(Recipe)]), st.text("abcdefghij_", min_size=1))
def test_no_field_may_be_missing_or_added(name, extra):
    table = toml_from_recipe(load_recipe("flowers"))
    lines = [line for line in table.splitlines() if not line.startswith((f"{name} ", f"[{name}]"))]
    with pytest.raises(EdgewrightError):
        parse_recipe("\n".join(lines), where="r")
    with pytest.raises(EdgewrightError):
        parse_recipe(f"{extra} = 1\n{table}", where="r")


@given(st.text(max_size=100))
def test_any_text_is_refused_and_never_crashes(text):
    with pytest.raises(EdgewrightError):
        parse_recipe(text, where="r")


def test_epochs_replace_those_of_all_phases():
    recipe = load_recipe("flowers").with_epochs(3, 4)
    assert (recipe.head_phase.epochs, recipe.fine_tune.epochs, recipe.from_scratch.epochs) == (3, 4, 4)
