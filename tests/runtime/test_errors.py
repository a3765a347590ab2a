"""Every kind of error has an exit status of its own."""

from edgewright_runtime import errors


def test_each_status_tells_what_went_wrong():
    assert [
        each.exit_status for each in (errors.CheckFailedError, errors.EdgewrightError, errors.MissingDependencyError)
    ] == [1, 2, 3]


def test_every_error_of_ours_is_caught_by_one_class():
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    assert errors.ImageReadError in kinds
    assert all(issubclass(each, errors.EdgewrightError) for each in kinds)
    assert errors.ImageReadError("x").exit_status == errors.EXIT_BAD_INPUT
