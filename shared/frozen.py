"""What all our models are: frozen, and changed only by a copy that is checked."""

from functools import cache
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter


class Frozen(BaseModel):
    """A value that is replaced, never altered."""

    model_config = ConfigDict(frozen=True)

    def changed(self, **fields: Any) -> Self:
        """A copy with these fields. Raises TypeError for a name it does not have, ValidationError for a wrong type.

        For mypy it has the signature of the constructor with everything optional (tests/types/changed.py).
        """
        for name, value in fields.items():
            _field(type(self), name).validate_python(value, strict=True)
        return self.model_copy(update=fields)


class Shown(Frozen):
    """Mixin for a part of a state as it goes out: without what this build does not know of it.

    class StageView(Shown, Stage): ...
    StageView.of(stage)
    """

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if cls.model_config.get("extra") == "allow":
            raise TypeError(f"{cls.__name__} lets unknown fields out: declare it with extra='ignore'")

    @classmethod
    def of(cls, part: BaseModel, **more: Any) -> Self:
        return cls.model_validate({**part.model_dump(by_alias=True), **more}, extra="ignore")


@cache
def _field(kind: type[BaseModel], name: str) -> TypeAdapter[Any]:
    if name not in kind.model_fields:
        raise TypeError(f"{kind.__name__} has no field {name}")
    field = kind.model_fields[name]
    annotation: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    return TypeAdapter(annotation)
