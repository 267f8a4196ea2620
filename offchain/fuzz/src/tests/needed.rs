// SPDX-License-Identifier: Apache-2.0

//! What a corpus must show, or its checks would hold because nothing happens.

use crate::Target;

/// Things that are tried, each with an outcome.
type Pairs = &'static [(&'static str, &'static str)];

pub(super) fn needed(target: Target) -> Pairs {
	match target {
		Target::Challenge => CHALLENGE,
		Target::Token => TOKEN,
		Target::Revocation => REVOCATION,
		Target::Secret => SECRET,
		Target::Resp => RESP,
		Target::Replica => REPLICA,
		Target::Journal => JOURNAL,
		Target::Quorum => QUORUM,
		Target::Proof => PROOF,
		Target::Dag => DAG,
		Target::Car => CAR,
		Target::Sealed => SEALED,
		Target::Multipart => MULTIPART,
		Target::Model => MODEL,
		Target::Inference => INFERENCE,
		Target::Aggregation => AGGREGATION,
		Target::Learning => LEARNING,
		Target::Probe => PROBE,
	}
}

const CHALLENGE: Pairs = &[
	("verify", "ok"),
	("verify", "Malformed"),
	("verify", "OtherNode"),
	("verify", "OtherChain"),
	("verify", "Unproven"),
	("verify", "Expired"),
	("redeem", "ok"),
	("redeem", "Replayed"),
	("redeem", "Expired"),
	("verify", "Signature(Wrong)"),
];

const TOKEN: Pairs = &[
	("mint", "ok"),
	("mint", "TooMuch"),
	("attenuate", "ok"),
	("attenuate", "TooMuch"),
	("attenuate", "TooManyBlocks"),
	("append", "ok"),
	("parse", "Invalid: it has facts, rules, checks or names that no tok"),
	("parse", "TooLong"),
	("parse", "TooManyBlocks"),
	("verify", "ok"),
	("verify", "NoIssuer"),
	("verify", "UnknownIssuer"),
	("authorise", "ok"),
	("authorise", "NotAllowed"),
	("order", "checked"),
];

const REVOCATION: Pairs = &[
	("take", "new: true"),
	("take", "new: false"),
	("take", "OutOfTime"),
	("question", "ok"),
	("answer", "ok"),
	("answer", "Error"),
	("revocation", "ok"),
];

const SECRET: Pairs = &[
	("open", "ok"),
	("open", "NotForThisKey"),
	("open", "OfAnotherOwner"),
	("open a stranger's", "ok"),
	("open a stranger's", "OfAnotherOwner"),
	("seal", "ok"),
	("seal", "TooLong"),
	("seal", "Recipients"),
	("key", "read"),
	("key", "none"),
	("recipient", "ok"),
	("recipient", "RecipientError"),
];

const RESP: Pairs = &[
	("parse", "Protocol error: unbalanced quotes in request"),
	("parse", "Protocol error: invalid bulk length"),
	("get", "ok"),
	("get", "WrongKind"),
	("set", "ok"),
	("set", "Syntax"),
	("set", "Expiry"),
	("set", "Full"),
	("incrby", "NotANumber"),
	("hgetall", "ok"),
	("sadd", "ok"),
	("scan", "ok"),
	("scan", "Cursor"),
	("expire", "ok"),
	("session", "sign in"),
	("session", "select"),
	("session", "error"),
	("agreement", "ok"),
];

const PROOF: Pairs = &[
	("read", "Malformed"),
	("read", "OtherFormat"),
	("verify", "Open"),
	("verify", "Shape"),
	("verify", "TwoRoots"),
	("verify", "Record"),
	("root", "another"),
	("shown", "something"),
	("shown", "nothing"),
];

const REPLICA: Pairs = &[
	("request", "Malformed"),
	("request", "Version"),
	("response", "none"),
	("answer", "ok"),
	("take", "ok"),
	("take", "Misfit"),
	("level", "ok"),
];

const JOURNAL: Pairs =
	&[("snapshot", "finished"), ("damage", "Header"), ("damage", "Torn"), ("damage", "Checksum")];

const QUORUM: Pairs = &[
	("agree", "ok"),
	("agree", "Round"),
	("agree", "Forgotten"),
	("agree", "Refused(Full"),
	("seal", "ok"),
	("seal", "Round"),
	("proposal", "done"),
	("join", "ok"),
	("join", "unknown"),
	("request", "none"),
	("response", "none"),
];

const DAG: Pairs = &[
	("get", "ok"),
	("get", "Malformed"),
	("get", "SizeMismatch"),
	("get", "UnsupportedCodec"),
	("list", "file"),
	("list", "directory"),
	("list", "spread"),
	("list", "Name"),
	("list", "RepeatedName"),
	("export", "ok"),
	("export", "Walk(UnsupportedCodec"),
];

const CAR: Pairs = &[
	("import", "ok"),
	("import", "Truncated"),
	("import", "Incomplete"),
	("import", "MalformedSection"),
	("import", "SectionTooLarge"),
	("import", "Block(Mismatch"),
	("import", "Header(Malformed)"),
];

const SEALED: Pairs = &[
	("open", "ok"),
	("open", "Key"),
	("open", "Damaged"),
	("open", "Manifest(OtherContent"),
	("open", "Manifest(Malformed)"),
	("read", "ok"),
	("read", "Damaged"),
	("read", "Length"),
];

const MULTIPART: Pairs = &[
	("read", "ok"),
	("filename", "some"),
	("secret", "none"),
	("secret", "some"),
	("file", "empty"),
	("file", "bytes"),
	("read", "NotAForm"),
	("read", "NoFile"),
	("read", "Json"),
	("read", "NotText"),
	("read", "TextTooLong"),
	("read", "HeadTooLong"),
	("read", "TooManyFields"),
	("read", "TooLong"),
	("read", "Interrupted"),
	("read", "Malformed: incomplete multipart stream"),
	("read", "Malformed: failed to read headers"),
	("read", "Malformed: field "),
];

const MODEL: Pairs = &[
	("make", "ok"),
	("make", "Head(InputMax"),
	("make", "Head(Accumulator"),
	("make", "Head(Activation)"),
	("make", "Parameters"),
	("read", "ok"),
	("read", "Framing(Foreign)"),
	("read", "Malformed"),
	("read", "Bound"),
	("read", "Head(Weights"),
	("evaluate", "some"),
];

const INFERENCE: Pairs = &[
	("request", "ok"),
	("request", "Framing(Foreign)"),
	("request", "Parameters"),
	("request", "Count"),
	("request", "Length"),
	("evaluate", "ok"),
	("evaluate", "Model"),
	("evaluate", "Parameters"),
	("evaluate", "Key"),
	("response", "ok"),
	("response", "Length"),
	("key", "NoBootstrap"),
	("key", "Length"),
	("key", "Parameters"),
];

const AGGREGATION: Pairs = &[
	("reveal", "ok"),
	("reveal", "TooFew(TooFew"),
	("recover", "ok"),
	("recover", "TooFew(TooFew"),
	("sum", "ok"),
	("sum in spite of", "nothing"),
	("sum in spite of", "cheats"),
	("finding of a round", "SharesUnreadable"),
	("finding of a round", "UploadUnreadable"),
	("finding of a round", "SumOutOfBounds"),
	("finding of a round", "TooFewShares"),
	("fault", "RevealUnreadable"),
	("fault", "FalseShare"),
];

const LEARNING: Pairs = &[
	("state", "ok"),
	("state", "Framing(Foreign)"),
	("state", "Progress"),
	("aggregate", "ok"),
	("aggregate", "Framing(Length"),
	("aggregate", "ScaleBits"),
	("aggregate", "Contributors"),
	("aggregate", "Weight"),
	("model", "ok"),
	("model", "File(Malformed(InvalidOffset("),
	("data", "File(Missing"),
	("finding", "ok"),
	("finding", "Error"),
];

const PROBE: Pairs = &[
	("container probe", "ok"),
	("container probe", "Malformed"),
	("container probe", "OtherVersion"),
	("block probe", "ok"),
	("block probe", "OtherVersion"),
	("encrypted probe", "ok"),
	("encrypted probe", "OtherVersion"),
	("audit probe", "ok"),
	("audit probe", "OtherVersion"),
	("audit answer", "ok"),
	("audit answer", "Malformed"),
	("pick", "ok"),
	("pick", "Disorder"),
	("pick", "OtherSubject"),
	("pick", "OtherModel"),
	("pick", "NotAuditable"),
	("saved", "ok"),
	("saved", "OtherFormat"),
	("saved", "Malformed"),
	("container answer", "ok"),
	("block answer", "ok"),
	("encrypted answer", "ok"),
	("encrypted answer", "Malformed"),
];
