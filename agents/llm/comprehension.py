"""stub"""

Question = object


def questions(*a):
    return []


def right_answers(*a):
    return ""


def ask(*a):
    yield
