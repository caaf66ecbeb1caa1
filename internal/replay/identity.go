package replay

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"
)

var unfitForTopic = regexp.MustCompile(`[^A-Za-z0-9_.-]+`)

// DeviceName returns the name of the wearable that plays the record of that
// name when the caller chose none.
func DeviceName(record string) string {
	name := strings.Trim(unfitForTopic.ReplaceAllString(record, "-"), "-")
	if name == "" {
		name = "record"
	}
	return "replay-" + name
}

// Cut says which part of which record is played.
type Cut struct {
	// Record is the record's name, without folder.
	Record string
	Leads  []string
	// From and To bound the stretch within the record.
	From, To time.Duration
}

// RecordingID names the session in which a device plays a cut with its first
// sample at a given time. Playing the same again gives the same name, so that a
// repeated replay stores nothing twice.
func RecordingID(device string, cut Cut, at time.Time) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d %d %d",
		device, cut.Record, cut.Leads, cut.From, cut.To, at.UnixNano()))
	name := strings.TrimPrefix(DeviceName(cut.Record), "replay-")
	return name + "-" + hex.EncodeToString(sum[:8])
}
