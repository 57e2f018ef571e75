"""What the tasks in the page (engines/page/tasks.js) need of words and grammar."""

from ..tasks import gap_language, reber


def task_data():
    """The vocabulary of the gap language and the table of Reber's grammar: dict."""
    words = gap_language
    return {
        "gap_language": {
            "words": words.WORDS,
            "language": words.LANGUAGE,
            "openings": words.OPENINGS,
            "closing": words.CLOSING,
            "chatter": words.CHATTER,
            "abroad": words.ABROAD,
            "slots": words.SLOTS,
        },
        "embedded_reber": {"table": reber.NEXT.tolist(), "end": reber.END},
    }
