import threading
import warnings

import pytest

from edgewright_runtime.preprocessing.quiet import quiet


def test_warning_inside_is_ignored_and_outside_is_not():
    with quiet():
        warnings.warn("inside", UserWarning, stacklevel=1)

    with pytest.warns(UserWarning, match="outside"):
        warnings.warn("outside", UserWarning, stacklevel=1)


def test_warning_after_a_nested_block_is_still_ignored():
    with quiet():
        with quiet():
            pass
        warnings.warn("inside", UserWarning, stacklevel=1)


def test_warning_of_another_thread_is_not_ignored():
    caught = []

    def other() -> None:
        try:
            warnings.warn("from another thread", UserWarning, stacklevel=1)
        except UserWarning as error:
            caught.append(error)

    with quiet():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    assert len(caught) == 1


def test_stricter_filter_set_later_does_not_break_through():
    with quiet():
        pass
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with quiet():
            warnings.warn("inside", UserWarning, stacklevel=1)


def test_filter_is_added_once():
    with quiet():
        count = len(warnings.filters)
    for _ in range(10):
        with quiet():
            pass

    assert len(warnings.filters) == count


def test_error_leaves_the_block_loud():
    with pytest.raises(KeyError), quiet():
        raise KeyError

    with pytest.warns(UserWarning, match="outside"):
        warnings.warn("outside", UserWarning, stacklevel=1)
