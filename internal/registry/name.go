package registry

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const longestName = 128 // bytes

// CheckName returns nil for what may be the name of a device or a patient: up
// to 128 bytes of printable UTF-8 without slash, + and #, which mean something
// in MQTT topics and in Kafka keys, and without backslash, which InfluxDB cannot
// keep at the end of a tag.
func CheckName(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case len(name) > longestName:
		return fmt.Errorf("the name has %d bytes; %d are the most", len(name), longestName)
	case !utf8.ValidString(name):
		return errors.New("the name is not UTF-8")
	case strings.ContainsAny(name, `/+#\`):
		return fmt.Errorf("the name %q contains /, +, # or a backslash", name)
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("the name %q contains an unprintable character", name)
	}
	return nil
}
