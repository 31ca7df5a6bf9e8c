"""The whole life of 30 certificates, played through the commands by samples/lives.sh; each history answers who, when, why."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "samples" / "lives.sh"


@pytest.mark.skipif(os.environ.get("HZCERT_FAULTS") != "all", reason="takes a minute or two: HZCERT_FAULTS=all")
def test_thirty_lives(register_url, tmp_path):
    hzcert = Path(sys.executable).with_name("hzcert")
    environment = os.environ | {"HZCERT": str(hzcert), "PYTHON": sys.executable}
    command = ["bash", SCRIPT, tmp_path, register_url]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert ran.returncode == 0, ran.stderr + (tmp_path / "lives.log").read_text(encoding="utf-8")[-3000:]
    told = (tmp_path / "history.txt").read_text(encoding="utf-8")
    stories = [story for story in re.split(r"\n(?=\S+　\d{17}[\dX]　)", "\n" + told) if "录入信息" in story]
    assert len(stories) == 30
    for story in stories:
        lines = [line for line in story.splitlines() if re.match(r"  \d{4}-", line)]
        assert lines == sorted(lines, key=lambda line: line[:12]), "in order of days"
        assert all("湖人专[2007]35号" in line and "经办" in line for line in lines), (
            "each under its clause, with its clerk"
        )
        for word in ("与公布文件核对相符", "公布文件 ", "收回旧证书", "销毁旧证书", "监销 ", "发给持证人"):
            assert word in story, (word, story)
    for number, story in enumerate(stories):
        assert f"收回旧证书：旧证 旧{number + 1:05}；" in story and f"销毁旧证书：旧证 旧{number + 1:05}；" in story
    assert told.count("核定收费：免费") == 2
    assert told.count("登报声明遗失") == told.count("；代替 ") == 3
    assert told.count("遗失声明：") == 1, "the one that its batch has numbered"
    assert told.count("调入确认：确认文号 湖人专[2007]88号") == 1 and told.count("照片印歪") == 1
    assert told.count("报送省人事厅") == 6 and told.count("收到省人事厅制发的证书") == 7
    assert told.count("花名册报市备案") == 4 and told.count("成批交单位") == 4
    decided = re.findall("经办人认定：(.*?)；认定人 李云；理由：查过原评审表；公布文件 ", told)
    assert sorted(decided) == ["不是", "是此人"]
    assert told.count("发给持证人：") == 33, "three of them twice"
    assert told.count("；第 2 次；") and "与上一次不同，重新制作" in told
