package tokenizer

import "fmt"

// Byte-level BPE writes each byte as one printable character: the printable
// ones of Latin-1 stand for themselves, the other 68 bytes follow from U+0100.

// runeOf[b] is the character that stands for byte b, byteOf the inverse.
var runeOf, byteOf = byteAlphabet()

func byteAlphabet() (runes [256]rune, back map[rune]byte) {
	back = make(map[rune]byte, 256)
	next := rune(0x100)
	for b := range 256 {
		r := rune(b)
		printable := b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE
		if !printable {
			r, next = next, next+1
		}
		runes[b], back[r] = r, byte(b)
	}
	return runes, back
}

// unmap gives the bytes that a token of the file stands for.
func unmap(token string) (string, error) {
	out := make([]byte, 0, len(token))
	for _, r := range token {
		b, ok := byteOf[r]
		if !ok {
			return "", fmt.Errorf("token %q holds %q, which stands for no byte: not byte-level BPE", token, r)
		}
		out = append(out, b)
	}
	return string(out), nil
}
