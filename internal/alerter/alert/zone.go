package alert

import (
	"regexp"
	"time"
)

// written is how the alerter writes times.
const written = "2006-01-02 15:04:05 UTC"

var times = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`)

// Clock writes a time for a reader in the zone.
func Clock(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("2006-01-02 15:04:05 MST")
}

// InZone rewrites the times in a text of the alerter for a reader in the zone.
func InZone(text string, zone *time.Location) string {
	return times.ReplaceAllStringFunc(text, func(utc string) string {
		t, err := time.Parse(written, utc)
		if err != nil {
			return utc // looks like a time and is none
		}
		return Clock(t, zone)
	})
}
