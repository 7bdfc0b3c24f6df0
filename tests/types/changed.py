"""A mypy plugin: `Frozen.changed` takes the fields of its model, each by name, of its type, and optional."""

from collections.abc import Callable

from mypy.nodes import ARG_NAMED_OPT
from mypy.plugin import MethodSigContext, Plugin
from mypy.types import CallableType, FunctionLike, Instance, get_proper_type


class Changed(Plugin):
    def get_method_signature_hook(self, fullname: str) -> Callable[[MethodSigContext], FunctionLike] | None:
        return _by_fields if fullname.endswith(".changed") else None


def _by_fields(context: MethodSigContext) -> FunctionLike:
    signature, owner = context.default_signature, get_proper_type(context.type)
    if not isinstance(owner, Instance) or not isinstance(signature, CallableType):
        return signature
    if not owner.type.has_base("shared.frozen.Frozen"):
        return signature
    fields = owner.type.metadata.get("pydantic-mypy-metadata", {}).get("fields", {})
    types = {name: node.type for name in fields if (node := owner.type.get(name)) and node.type}
    if not types:
        return signature
    return signature.copy_modified(
        arg_types=list(types.values()), arg_kinds=[ARG_NAMED_OPT] * len(types), arg_names=list(types)
    )


def plugin(version: str) -> type[Plugin]:
    return Changed
