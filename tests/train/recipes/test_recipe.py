"""Recipes hold exactly their fields, in their ranges, and are found by name or path."""

import importlib.resources
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.recipes import Augmentation, Recipe, load_recipe, parse_recipe, recipe_names

FLOWERS = (importlib.resources.files("edgewright_train") / "recipes" / "flowers.toml").read_text(encoding="utf-8")


def toml_of(recipe: Recipe) -> str:
    def literal(value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        return f'"{value}"' if isinstance(value, str) else repr(value)

    top, tables = [], []
    for name, value in asdict(recipe).items():
        if isinstance(value, dict):
            tables += [f"[{name}]", *(f"{key} = {literal(item)}" for key, item in value.items())]
        else:
            top.append(f"{name} = {literal(value)}")
    return "\n".join([*top, *tables])


def test_recipes_of_each_job_come_with_the_package():
    assert {"banana", "digits", "flowers", "viewpoint"} <= set(recipe_names())


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
        ('weights = "none"', 'weights = "nothing"', "Unknown weights 'nothing'"),
        ("learning_rate = 3e-3", "learning_rate = nan", "learning_rate must be above 0"),
        ("learning_rate = 3e-3", "learning_rate = inf", "learning_rate must be above 0"),
        ("learning_rate = 3e-3", "learning_rate = 0", r"\[from_scratch\]: learning_rate must be above 0"),
        ('unfreeze_layers = "all"', 'unfreeze_layers = "some"', 'unfreeze_layers must be at least 0, or "all"'),
        ('schedule = "cosine"', 'schedule = "cosin"', "Unknown schedule 'cosin': did you mean 'cosine'"),
        ("rotation_degrees = 8", "rotation = 8", "did you mean 'rotation_degrees'"),
        ("[head]", "[heads]", "did you mean 'head'"),
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
        parse_recipe(f"head = 3\n{before}[fine_tune]{after.partition('[fine_tune]')[2]}", where="r")


@given(
    st.builds(
        Augmentation,
        horizontal_flip=st.booleans(),
        vertical_flip=st.booleans(),
        rotation_degrees=st.floats(0, 180),
        zoom=st.floats(0, 0.9),
        shift=st.floats(0, 0.9),
        brightness=st.floats(0, 0.9),
        contrast=st.floats(0, 0.9),
    ),
    st.integers(1, 4096),
    st.sampled_from([0.35, 0.5, 0.75, 1.0, 1.3, 1.4, "auto"]),
    st.integers(32, 224),
)
def test_a_recipe_written_as_toml_is_read_back_the_same(augmentation, batch_size, alpha, size):
    recipe = replace(
        load_recipe("flowers"), augmentation=augmentation, batch_size=batch_size, alpha=alpha, input_size=size
    )
    assert parse_recipe(toml_of(recipe), where="r") == recipe


@given(st.sampled_from([field.name for field in fields(Recipe)]), st.text("abcdefghij_", min_size=1))
def test_no_field_may_be_missing_or_added(name, extra):
    table = toml_of(load_recipe("flowers"))
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
    assert (recipe.head.epochs, recipe.fine_tune.epochs, recipe.from_scratch.epochs) == (3, 4, 4)
