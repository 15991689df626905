"""Why a connection could not be made or used. Each carries a sentence for the admin: what happened, what to do."""


class ConnectionProblem(Exception):
    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotConnected(ConnectionProblem):
    """There is no usable connection: never made, ended, or refused by Lawmatics."""


class ConsentRefused(ConnectionProblem):
    """The trip to the consent page did not end in a connection."""


class OtherAccount(ConnectionProblem):
    """The consent was given in another Lawmatics account than the one the firm's links point to."""
