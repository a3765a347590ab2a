from edgewright_runtime.suggestion import unknown_name


def test_near_name_is_suggested():
    assert unknown_name("format", "tflite-int9", ["keras", "tflite-int8"]) == (
        "Unknown format 'tflite-int9': did you mean 'tflite-int8'?"
    )


def test_case_does_not_hide_a_near_name():
    assert "did you mean 'digits'" in unknown_name("recipe", "DIGITS", ["banana", "digits"])


def test_all_names_are_listed_where_none_is_near():
    assert unknown_name("recipe", "xyzzy", ["banana", "digits"]).endswith("choose one of banana, digits.")
