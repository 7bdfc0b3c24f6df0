"""`make contracts`: write the schemas, the examples and the AsyncAPI document anew; remove what nothing declares."""

from tests.contracts.files import committed, generated

wanted = generated()
for orphan in committed() - wanted.keys():
    orphan.unlink(missing_ok=True)
for path, text in wanted.items():
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
print(f"{len(wanted)} files")
