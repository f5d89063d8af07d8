//! The canonical form of JSON (RFC 8785), written in one go from what `serde` says of a value: no tree of it is made. Owns
//! the order of members, what becomes of numbers that JSON cannot carry, and of members that are not there.

use std::cell::Cell;
use std::cmp::Ordering;
use std::io::{self, Write};
use std::ops::Range;

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};

/// The largest integer that a JSON number carries safely: 2⁵³ − 1 (RFC 7493, section 2.2, which RFC 8785 builds on).
pub(super) const JSON_INTEGER_MAX: u64 = (1 << 53) - 1;
/// The room that a thread keeps for its next value, in bytes: what a job writes has less.
const ROOM_KEPT: usize = 16 << 10;
/// So many bytes of a name are compared at once.
const BEGINNING: usize = 8;

thread_local! {
    /// Where this thread wrote its last value, unless that was large. A record lives as long as its job, so what is given away
    /// has the bytes that it needs and no more, and the room to write in stays.
    static ROOM: Cell<Option<Form>> = const { Cell::new(None) };
}

/// A written value.
#[derive(Default)]
pub(super) struct Form {
    bytes: Vec<u8>,
    /// Of the objects that are being written, the innermost's last; of the outermost also when it is written.
    members: Vec<Member>,
    objects: Vec<Object>,
    /// A number in a name is a name like any other.
    in_name: bool,
    keep_nulls: bool,
    /// Where members are put in order.
    ordered: Vec<u8>,
}

/// Where a member stands: its name in quotes and a colon, then its value.
#[derive(Clone, Copy, Default)]
struct Member {
    start: usize,
    value: usize,
    end: usize,
    /// What most names differ by: the first bytes of a name of plain ASCII, whose order is that of the names. Fewer bytes have
    /// zeros behind them, which no such name holds.
    beginning: Option<[u8; BEGINNING]>,
}

/// An object that is being written.
struct Object {
    /// Behind its brace.
    start: usize,
    /// The place of its first member.
    first: usize,
    in_order: bool,
}

impl Member {
    /// The name as it is written, without its quotes.
    fn name<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        bytes.get(self.start + 1..self.value.saturating_sub(2)).unwrap_or_default()
    }
}

/// The order of members' names.
fn compare(a: &Member, b: &Member, bytes: &[u8]) -> Ordering {
    match (a.beginning, b.beginning) {
        (Some(one), Some(other)) if one != other => one.cmp(&other),
        (Some(_), Some(_)) => a.name(bytes).cmp(b.name(bytes)),
        _ => compare_utf16(a.name(bytes), b.name(bytes)),
    }
}

/// The beginning of a name, where all of it is ASCII that is written as it is.
fn beginning(name: &[u8]) -> Option<[u8; BEGINNING]> {
    let is_plain = name.iter().all(|byte| byte.is_ascii() && *byte != b'\\');
    let mut beginning = [0; BEGINNING];
    beginning.iter_mut().zip(name).for_each(|(to, from)| *to = *from);
    is_plain.then_some(beginning)
}

/// The order of names' UTF-16, as RFC 8785 has it.
fn compare_utf16(a: &[u8], b: &[u8]) -> Ordering {
    let units = |name: &[u8]| -> Vec<u16> {
        let quoted = [b"\"", name, b"\""].concat();
        serde_json::from_slice::<String>(&quoted).unwrap_or_default().encode_utf16().collect()
    };
    units(a).cmp(&units(b))
}

impl Form {
    /// Of `value`; `None` where it has a fraction. A `null` is a member that is not there, unless it is to be kept.
    pub fn of(value: &impl Serialize, keep_nulls: bool) -> Result<Option<Self>, serde_json::Error> {
        let mut form = ROOM.take().unwrap_or_default().emptied();
        form.keep_nulls = keep_nulls;
        let mut fractions = Fractions { any: false };
        match value.serialize(&mut Serializer::with_formatter(&mut fractions, &mut form)) {
            Err(_) if fractions.any => Ok(None),
            written => written.map(|()| Some(form)),
        }
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        if self.bytes.len() > ROOM_KEPT {
            let mut bytes = self.bytes;
            bytes.shrink_to_fit();
            return bytes;
        }
        let bytes = self.bytes.as_slice().to_vec();
        ROOM.set(Some(self));
        bytes
    }

    /// The room of an earlier value.
    fn emptied(mut self) -> Self {
        self.bytes.clear();
        self.members.clear();
        self.objects.clear();
        self.ordered.clear();
        Self { in_name: false, keep_nulls: false, ..self }
    }

    /// What was written, but for the member `name` of an object, where it has one: two parts.
    pub fn without(&self, name: &str) -> [&[u8]; 2] {
        let part = |range: Range<usize>| self.bytes.get(range).unwrap_or_default();
        let place = match self.bytes.first() {
            Some(b'{') => self.members.iter().position(|member| member.name(&self.bytes) == name.as_bytes()),
            _ => None,
        };
        let Some((place, member)) = place.and_then(|place| Some((place, self.members.get(place)?))) else {
            return [&self.bytes, &[]];
        };
        // A comma goes with it: the one before, or behind the first member that behind it, if there is one.
        let (before, behind) = match place {
            0 => (0, usize::from(self.members.len() > 1)),
            _ => (1, 0),
        };
        [part(0..member.start - before), part(member.end + behind..self.bytes.len())]
    }

    /// A member was written: it stays unless it is a `null`.
    fn end_member(&mut self) {
        let (Some(object), Some(member)) = (self.objects.last_mut(), self.members.last_mut()) else { return };
        member.end = self.bytes.len();
        let member = *member;
        let place = self.members.len() - 1;
        if !self.keep_nulls && self.bytes.get(member.value..).is_some_and(|value| value == b"null") {
            self.members.pop();
            self.bytes.truncate(if place > object.first { member.start - 1 } else { member.start });
            return;
        }
        if place > object.first
            && let Some(before) = self.members.get(place - 1)
        {
            let follows = compare(before, &member, &self.bytes) == Ordering::Less;
            object.in_order &= follows;
        }
    }

    /// All members of an object were written: puts them in order. None stands there twice.
    fn end_object(&mut self) -> io::Result<()> {
        let Some(object) = self.objects.pop() else { return Ok(()) };
        if !object.in_order {
            let Self { bytes, members, ordered, .. } = self;
            let members = members.get_mut(object.first..).unwrap_or_default();
            members.sort_by(|a, b| compare(a, b, bytes));
            let mut pairs = members.iter().zip(members.iter().skip(1));
            if pairs.any(|(a, b)| a.name(bytes) == b.name(bytes)) {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "a member stands there twice"));
            }
            ordered.clear();
            ordered.reserve(bytes.len() - object.start);
            for member in members {
                if !ordered.is_empty() {
                    ordered.push(b',');
                }
                let start = object.start + ordered.len();
                ordered.extend_from_slice(bytes.get(member.start..member.end).unwrap_or_default());
                let (value, end) = (member.value - member.start, member.end - member.start);
                *member = Member { start, value: start + value, end: start + end, ..*member };
            }
            bytes.truncate(object.start);
            bytes.extend_from_slice(ordered);
        }
        if !self.objects.is_empty() {
            self.members.truncate(object.first);
        }
        self.bytes.push(b'}');
        Ok(())
    }

    /// An integer; as a string where a JSON number is not sure to carry it.
    fn integer(&mut self, magnitude: u64, write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        let quoted = magnitude > JSON_INTEGER_MAX && !self.in_name;
        if quoted {
            self.bytes.push(b'"');
        }
        write(&mut self.bytes)?;
        if quoted {
            self.bytes.push(b'"');
        }
        Ok(())
    }
}

/// Where the serializer writes what the form does not keep itself: fractions alone. They are not taken.
struct Fractions {
    any: bool,
}

impl Write for Fractions {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        self.any = true;
        Err(io::ErrorKind::Unsupported.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Formatter for &mut Form {
    fn write_null<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        CompactFormatter.write_null(&mut self.bytes)
    }

    fn write_bool<W: ?Sized + Write>(&mut self, _: &mut W, value: bool) -> io::Result<()> {
        CompactFormatter.write_bool(&mut self.bytes, value)
    }

    fn write_i8<W: ?Sized + Write>(&mut self, writer: &mut W, value: i8) -> io::Result<()> {
        self.write_i64(writer, value.into())
    }

    fn write_i16<W: ?Sized + Write>(&mut self, writer: &mut W, value: i16) -> io::Result<()> {
        self.write_i64(writer, value.into())
    }

    fn write_i32<W: ?Sized + Write>(&mut self, writer: &mut W, value: i32) -> io::Result<()> {
        self.write_i64(writer, value.into())
    }

    fn write_i64<W: ?Sized + Write>(&mut self, _: &mut W, value: i64) -> io::Result<()> {
        self.integer(value.unsigned_abs(), |bytes| CompactFormatter.write_i64(bytes, value))
    }

    fn write_i128<W: ?Sized + Write>(&mut self, writer: &mut W, value: i128) -> io::Result<()> {
        match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => self.write_i64(writer, value),
            (_, Ok(value)) => self.write_u64(writer, value),
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "number out of range")),
        }
    }

    fn write_u8<W: ?Sized + Write>(&mut self, writer: &mut W, value: u8) -> io::Result<()> {
        self.write_u64(writer, value.into())
    }

    fn write_u16<W: ?Sized + Write>(&mut self, writer: &mut W, value: u16) -> io::Result<()> {
        self.write_u64(writer, value.into())
    }

    fn write_u32<W: ?Sized + Write>(&mut self, writer: &mut W, value: u32) -> io::Result<()> {
        self.write_u64(writer, value.into())
    }

    fn write_u64<W: ?Sized + Write>(&mut self, _: &mut W, value: u64) -> io::Result<()> {
        self.integer(value, |bytes| CompactFormatter.write_u64(bytes, value))
    }

    fn write_u128<W: ?Sized + Write>(&mut self, writer: &mut W, value: u128) -> io::Result<()> {
        let value = u64::try_from(value);
        self.write_u64(writer, value.map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "number out of range"))?)
    }

    fn write_number_str<W: ?Sized + Write>(&mut self, _: &mut W, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn begin_string<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        CompactFormatter.begin_string(&mut self.bytes)
    }

    fn end_string<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        CompactFormatter.end_string(&mut self.bytes)
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, _: &mut W, fragment: &str) -> io::Result<()> {
        CompactFormatter.write_string_fragment(&mut self.bytes, fragment)
    }

    /// As JavaScript escapes, which is how `serde_json` does.
    fn write_char_escape<W: ?Sized + Write>(&mut self, _: &mut W, escape: CharEscape) -> io::Result<()> {
        CompactFormatter.write_char_escape(&mut self.bytes, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        CompactFormatter.begin_array(&mut self.bytes)
    }

    fn end_array<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        CompactFormatter.end_array(&mut self.bytes)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, _: &mut W, first: bool) -> io::Result<()> {
        CompactFormatter.begin_array_value(&mut self.bytes, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.bytes.push(b'{');
        let object = Object { start: self.bytes.len(), first: self.members.len(), in_order: true };
        self.objects.push(object);
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        Form::end_object(self)
    }

    /// Whether it is the first is not what the serializer thinks: those before it may not have stayed.
    fn begin_object_key<W: ?Sized + Write>(&mut self, _: &mut W, _: bool) -> io::Result<()> {
        if self.objects.last().is_some_and(|object| object.first < self.members.len()) {
            self.bytes.push(b',');
        }
        let member = Member { start: self.bytes.len(), ..Member::default() };
        self.members.push(member);
        self.in_name = true;
        Ok(())
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.in_name = false;
        Ok(())
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.bytes.push(b':');
        let value = self.bytes.len();
        if let Some(member) = self.members.last_mut() {
            member.value = value;
            member.beginning = beginning(member.name(&self.bytes));
        }
        Ok(())
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.end_member();
        Ok(())
    }

    fn write_raw_fragment<W: ?Sized + Write>(&mut self, _: &mut W, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
