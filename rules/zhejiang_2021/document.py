"""浙卫发〔2021〕33号: its number and the places its clauses cite."""

from rules.outcome import Citation, ClauseHead

POLICY_ID = "zhejiang_2021"
DOCUMENT = "浙卫发〔2021〕33号"


def head(code: str, paragraph: str) -> ClauseHead:
    """The head of the clause that encodes this paragraph."""
    return ClauseHead(code, Citation(DOCUMENT, paragraph))
