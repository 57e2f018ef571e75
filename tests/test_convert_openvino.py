"""OpenVINO's IR: what it wrote is in tests/recorded; here, what is refused."""

import numpy as np
import pytest
from test_convert_layers import layer

from lstm_course import convert

NET = """<net name="n" version="11"><layers>
<layer id="0" name="c" type="Const" version="opset1">
<data element_type="f32" shape="{shape}" offset="{offset}" size="{size}"/></layer>
<layer id="1" name="s" type="RNNSequence" version="opset5">
<data hidden_size="2" direction="forward" {more}/>
<input><port id="0"/><port id="1"/><port id="2"/><port id="3"/></input></layer>
</layers><edges>
<edge from-layer="0" from-port="0" to-layer="{to}" to-port="3"/></edges></net>"""
GOOD = dict(shape="1, 2, 2", offset=0, size=16, more="", to=1)
ODD = {
    "it declares a document type": '<!DOCTYPE net [<!ENTITY a "b">]><net>&a;</net>',
    "its root is": "<model/>",
    "unclosed|no element|mismatched": "<net><layers>",
    "does not fit its -1 bytes": NET.format(**GOOD | {"offset": 8}),
    "does not fit its 16 bytes": NET.format(**GOOD | {"shape": "1, 2, 20000000000"}),
    "an edge leads nowhere": NET.format(**GOOD | {"to": 7}),
    "which is no attribute": NET.format(**GOOD | {"more": 'tilted="yes"'}),
    "holds LSTMCell in the body of a loop": "<net><layers><layer id='0' type='Loop'>"
    "<body><layers><layer id='0' type='LSTMCell'/></layers></body></layer></layers>"
    "</net>",
}


@pytest.mark.parametrize("said", ODD)
def test_a_broken_or_hostile_ir_is_refused_in_four_parts(said, tmp_path):
    (tmp_path / "a.xml").write_text(ODD[said])
    (tmp_path / "a.bin").write_bytes(bytes(16))
    with pytest.raises(ValueError, match=rf"({said})[\s\S]*Expected[\s\S]*\?$"):
        convert.read(tmp_path / "a.xml")


def test_an_ir_without_its_numbers_is_refused(tmp_path):
    convert.write([layer()], tmp_path / "a.xml")
    (tmp_path / "a.bin").unlink()
    with pytest.raises(ValueError, match="a.bin, are not beside it"):
        convert.read(tmp_path / "a.xml")


@pytest.mark.parametrize("said", [
    dict(peepholes="io"), dict(lengths="fed"), dict(clip=0.5, cell_clip=1.0),
    dict(start=(np.ones((1, 1, 6)),) * 2),
])  # fmt: skip
def test_what_openvino_would_lose_is_refused_with_the_way_out(said, tmp_path):
    with pytest.raises(ValueError, match=r"Expected[\s\S]*\?$"):
        convert.write([layer(**said)], tmp_path / "a.xml")
    assert not (tmp_path / "a.xml").exists()
