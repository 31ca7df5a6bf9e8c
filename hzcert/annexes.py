"""The notice's annexes (附件) as this toolkit lays them out: titles word for word, what goes where, who signs (三.2)."""

OPTIONS_TITLE = "资格名称一览（供选择，不填写）"
