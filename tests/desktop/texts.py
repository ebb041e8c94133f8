"""Reads the texts that a source hands to Qt for translation.

lupdate would miss many of them: it knows no function around QCoreApplication.translate, no choice
between two texts, and a plural only in `tr`. A text it cannot read at all, because it was put
together before it was translated, is reported as lost.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """What Qt looks a translation up by."""

    context: str
    source: str
    comment: str = ""

    @property
    def plural(self) -> bool:
        return "%n" in self.source


class Texts(ast.NodeVisitor):
    """The texts of one module."""

    def __init__(self, source: str) -> None:
        self.found: set[Text] = set()
        self.lost: list[int] = []
        "Lines with a text that nobody can translate."
        module = ast.parse(source)
        self._class = ""
        self._constants = dict(_string_constants(module))
        self._wrappers = dict(self._find_wrappers(module))
        self.visit(module)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self._class = self._class, node.name
        self.generic_visit(node)
        self._class = outer

    def visit_Call(self, node: ast.Call) -> None:
        match node:
            case ast.Call(func=ast.Attribute(ast.Name("self"), "tr"), args=[text, *rest]):
                self._take(self._class, text, rest)
            case ast.Call(func=ast.Attribute(_, "tr")):
                self.lost.append(node.lineno)  # of what class it is stands nowhere
            case ast.Call(
                func=ast.Attribute(ast.Name("QCoreApplication"), "translate"),
                args=[context, text, *rest],
            ):
                self._take(self._string(context), text, rest)
            case ast.Call(func=ast.Name("QT_TRANSLATE_NOOP"), args=[context, text]):
                self._take(self._string(context), text, [])
            case ast.Call(func=ast.Name(name), args=[text, *_]) if name in self._wrappers:
                self._take(self._wrappers[name], text, [])
        self.generic_visit(node)

    def _take(self, context: str, text: ast.expr, rest: list[ast.expr]) -> None:
        comment = self._string(rest[0]) if rest else ""
        match text:
            case ast.IfExp(_, body, orelse):
                self._take(context, body, rest)
                self._take(context, orelse, rest)
            case ast.Constant(str(source)):
                self.found.add(Text(context, source, comment))
            case ast.JoinedStr() | ast.BinOp() | ast.Call(func=ast.Attribute()):
                self.lost.append(text.lineno)
            # Anything else was marked where it stands.

    def _string(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(str(value)):
                return value
            case ast.Name(name):
                return self._constants.get(name, "")
        return ""

    def _find_wrappers(self, module: ast.Module) -> Iterator[tuple[str, str]]:
        """Functions of the module that translate their first argument, with their context."""
        for function in module.body:
            if not isinstance(function, ast.FunctionDef) or not function.args.args:
                continue
            first = function.args.args[0].arg
            for node in ast.walk(function):
                match node:
                    case ast.Call(
                        func=ast.Attribute(ast.Name("QCoreApplication"), "translate"),
                        args=[context, ast.Name(text), *_],
                    ) if text == first:
                        yield function.name, self._string(context)


def _string_constants(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in module.body:
        match node:
            case ast.Assign([ast.Name(name)], ast.Constant(str(value))):
                yield name, value
            case ast.AnnAssign(ast.Name(name), _, ast.Constant(str(value))):
                yield name, value
