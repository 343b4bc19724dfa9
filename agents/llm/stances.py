"""stub"""


def check_stance(*a):
    pass


def stance(*a):
    return ""
