"""What the checks in the browser say in English (js/verify/), for the page to say in its reader's.

The stand-alone program says the same, word for word; `{…}` stands for a value.
"""


def N_(text: str) -> str:
    """Marks a text for the catalogues; it is translated where it is shown."""
    return text


REASONS = (
    N_("a day of the calendar"),
    N_("a leaf"),
    N_("a line of the checkpoint is no signature"),
    N_("a number"),
    N_("a path is a list of hashes"),
    N_("a transfer needs two accounts"),
    N_("an account"),
    N_("an earlier event"),
    N_("an event"),
    N_("another household's"),
    N_("at least 0"),
    N_("at most 0"),
    N_("missing"),
    N_("needed: the consistency proof from {old} to {new}"),
    N_("no household's leaf"),
    N_("one reversal an event"),
    N_("one row"),
    N_("only a reversal reverses"),
    N_("row {row} of the export can't be read"),
    N_("row {row} of the export stands where it should not"),
    N_("the checkpoint has too many signatures"),
    N_("the checkpoint is of {origin}, the key of {key}"),
    N_("the checkpoint isn't signed by the log's key"),
    N_("the export has no checkpoint: nothing says which log this is"),
    N_("the export has other tables or columns than are known here"),
    N_("the export has {rows} rows, its last line says otherwise"),
    N_("the export is of {village}, the key of {key}"),
    N_("the export was cut off: it has no last line"),
    N_("the export's head can't be read: {name}"),
    N_("the file is no {form}: {name}"),
    N_("the file was cut off or is damaged"),
    N_("the hash at {seq} can't be read"),
    N_("the key must be one log's"),
    N_("the public part goes on with {place} at {size}"),
    N_("the signature isn't the log's"),
    N_("the statement has no entry that could be proven"),
    N_("this is no base64"),
    N_("this is no base64url"),
    N_("this is no checkpoint"),
    N_("this is no export of a log (jishan-log/v1)"),
    N_("this is no leaf"),
    N_("this is no log's origin"),
    N_("this is no receipt's code"),
    N_("this is no verifier key of Ed25519"),
    N_("two rows"),
    N_("{account} is no account"),
    N_("{account} doesn't count {unit}"),
    N_("64 hex digits"),
)
