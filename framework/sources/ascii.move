/// Text of characters below 128.
module std::ascii {
    use std::option::{Self, Option};
    use std::vector;

    /// The byte or one of the bytes is not ASCII.
    const EINVALID_ASCII_CHARACTER: u64 = 0x10000;

    struct String has copy, drop, store {
        bytes: vector<u8>
    }

    struct Char has copy, drop, store {
        byte: u8
    }

    /// The character `byte`; aborts if it is not ASCII.
    public fun char(byte: u8): Char {
        assert!(is_valid_char(byte), EINVALID_ASCII_CHARACTER);
        Char { byte }
    }

    /// The text `bytes`; aborts if they are not ASCII.
    public fun string(bytes: vector<u8>): String {
        let text = try_string(bytes);
        assert!(option::is_some(&text), EINVALID_ASCII_CHARACTER);
        option::destroy_some(text)
    }

    /// The text `bytes` if they are ASCII.
    public fun try_string(bytes: vector<u8>): Option<String> {
        if (vector::all(&bytes, |b| is_valid_char(*b))) {
            option::some(String { bytes })
        } else {
            option::none()
        }
    }

    /// True if all characters can be seen (a space can).
    public fun all_characters_printable(self: &String): bool {
        vector::all(&self.bytes, |b| is_printable_char(*b))
    }

    public fun push_char(self: &mut String, char: Char) {
        vector::push_back(&mut self.bytes, char.byte);
    }

    public fun pop_char(self: &mut String): Char {
        Char { byte: vector::pop_back(&mut self.bytes) }
    }

    public fun length(self: &String): u64 {
        vector::length(&self.bytes)
    }

    public fun as_bytes(self: &String): &vector<u8> {
        &self.bytes
    }

    public fun into_bytes(self: String): vector<u8> {
        let String { bytes } = self;
        bytes
    }

    public fun byte(self: Char): u8 {
        let Char { byte } = self;
        byte
    }

    public fun is_valid_char(b: u8): bool {
        b <= 0x7F
    }

    public fun is_printable_char(byte: u8): bool {
        byte >= 0x20 && byte <= 0x7E
    }
}
