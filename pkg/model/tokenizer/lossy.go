package tokenizer

import (
	"strings"
	"unicode/utf8"
)

// lossy makes a text valid UTF-8: each longest beginning of a character that
// is broken off, and each byte that begins none, becomes one U+FFFD (the
// Unicode Standard's recommendation, and what other decoders do).
func lossy(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && n == 1 {
			n = broken(text)
		}
		b.WriteRune(r)
		text = text[n:]
	}
	return b.String()
}

// broken is the length of the broken character that a text begins with: as
// many bytes as some valid character begins with.
func broken(text string) int {
	for n := min(3, len(text)); n > 1; n-- {
		if beginsCharacter(text[:n]) {
			return n
		}
	}
	return 1
}

// beginsCharacter tells whether two or three bytes are a true beginning of a
// valid character: filled up with the lowest or the highest continuation bytes,
// they are one.
func beginsCharacter(text string) bool {
	for _, fill := range []string{"\x80", "\xbf", "\x80\x80", "\xbf\xbf"} {
		if r, n := utf8.DecodeRuneInString(text + fill); n == len(text)+len(fill) && r != utf8.RuneError {
			return true
		}
	}
	return false
}
