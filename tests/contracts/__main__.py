"""`make contracts`: write schemas, examples, the AsyncAPI document and pages anew; remove what nothing declares."""

from tests.contracts.files import committed, generated

wanted = generated()
for orphan in committed() - wanted.keys():
    orphan.unlink(missing_ok=True)
for path, text in wanted.items():
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
print(f"{len(wanted)} files")
