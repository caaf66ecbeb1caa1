package ecg

import (
	"fmt"
	"strconv"
	"strings"
)

// Annotation labels one instant of a record: annot(5).
type Annotation struct {
	Sample  int64  // position in samples of the record's own rate
	Symbol  string // for example "N", "V", "+"; "[42]" for a code without a symbol
	Subtype int    // -128..127
	Chan    int    // signal it belongs to, 0..255
	Num     int    // free number of the annotator, -128..127
	Aux     string // free text, for example "(AFIB" of a rhythm change
}

// maxCode is the highest annotation code; higher ones have other meanings.
const maxCode = 49

// symbols holds the customary symbol of every annotation code; "" = none.
var symbols = [maxCode + 1]string{
	1: "N", 2: "L", 3: "R", 4: "a", 5: "V", 6: "F", 7: "J", 8: "A", 9: "S", 10: "E",
	11: "j", 12: "/", 13: "Q", 14: "~", 16: "|", 18: "s", 19: "T",
	20: "*", 21: "D", 22: `"`, 23: "=", 24: "p", 25: "B", 26: "^", 27: "t", 28: "+", 29: "u",
	30: "?", 31: "!", 32: "[", 33: "]", 34: "e", 35: "n", 36: "@", 37: "x", 38: "f", 39: "(",
	40: ")", 41: "r",
}

// IsBeat tells whether a symbol marks a beat (a QRS complex), as WFDB's isqrs
// does: not flutter waves, noise, rhythm changes or waveform onsets.
func IsBeat(symbol string) bool {
	switch symbol {
	case "N", "L", "R", "a", "V", "F", "J", "A", "S", "E", "j", "/", "Q", "B", "?", "e", "n", "f", "r":
		return true
	}
	return false
}

// symbolOf gives the symbol of a code; defined holds the file's own ones.
func symbolOf(code int, defined map[int]string) string {
	if symbol, ok := defined[code]; ok {
		return symbol
	}
	if symbols[code] != "" {
		return symbols[code]
	}
	return fmt.Sprintf("[%d]", code)
}

// codeOf is the inverse of symbolOf for files without symbols of their own.
func codeOf(symbol string) (int, error) {
	for code, known := range symbols {
		if known != "" && known == symbol {
			return code, nil
		}
	}
	if digits, ok := strings.CutPrefix(symbol, "["); ok {
		code, err := strconv.Atoi(strings.TrimSuffix(digits, "]"))
		if err == nil && code > 0 && code <= maxCode && symbolOf(code, nil) == symbol {
			return code, nil
		}
	}
	return 0, fmt.Errorf("annotation symbol %q is not one of annot(5)", symbol)
}
