"""Guards the choice of PySide6: 6.12.0 lost a reference to True or None with each call."""

import sys

from PySide6.QtCore import QObject, Signal


class Emitter(QObject):
    rang = Signal()


def test_the_binding_keeps_the_references_to_true_and_none() -> None:
    emitter = Emitter()
    before = sys.getrefcount(True), sys.getrefcount(None)
    for _ in range(100):
        emitter.rang.emit()
        emitter.setObjectName("x")
    assert before[0] - sys.getrefcount(True) < 20
    assert before[1] - sys.getrefcount(None) < 20
