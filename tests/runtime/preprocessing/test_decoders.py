import subprocess
import sys

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.preprocessing.decoders import decoder_for

CONTRACT = Preprocessing(8, 8)


def test_pillow_is_the_definition(scene):
    decoder = decoder_for(CONTRACT, name="pillow")
    assert (decoder.apply(scene) == CONTRACT.apply(scene)).all()
    assert decoder.name == "pillow"
    assert decoder.library.startswith("Pillow ")


def test_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(EdgewrightError, match="fast"):
        decoder_for(CONTRACT, name="fsat")


def test_fast_one_is_taken_where_it_is_installed_and_suits_the_contract():
    pytest.importorskip("simplejpeg", reason="simplejpeg (the extra fast) is not installed")
    pytest.importorskip("cykooz_resizer", reason="cykooz-resizer (the extra fast) is not installed")
    decoder = decoder_for(CONTRACT)
    assert decoder.name == "fast"
    assert decoder.library.startswith("simplejpeg ")
    assert "cykooz-resizer " in decoder.library
    assert decoder_for(Preprocessing(8, 8, interpolation="lanczos")).name == "pillow"


@pytest.mark.parametrize(("absent", "package"), [("simplejpeg", "simplejpeg"), ("cykooz_resizer", "cykooz-resizer")])
def test_without_its_libraries_it_is_never_taken_and_told_when_it_is_asked_for(absent, package):
    """In a process of its own, in which that library cannot be imported."""
    program = (
        "import sys; sys.modules[sys.argv[1]] = None\n"
        "from edgewright_runtime import EdgewrightError, Preprocessing\n"
        "from edgewright_runtime.preprocessing.decoders import decoder_for\n"
        "print(decoder_for(Preprocessing(8, 8)).name)\n"
        "try:\n    decoder_for(Preprocessing(8, 8), name='fast')\nexcept EdgewrightError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program, absent], capture_output=True, text=True, check=True)
    taken, said = done.stdout.splitlines()
    assert taken == "pillow"
    assert said.startswith("The fast decoder needs ")
    assert said.endswith("run: pip install 'edgewright[fast]'")
