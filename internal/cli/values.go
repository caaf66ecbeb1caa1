package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// parseDuration reads a Go duration (90s, 5m, 1m30s) or plain seconds (90, 2.5).
func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if seconds, e := strconv.ParseFloat(text, 64); err != nil && e == nil {
		d, err = time.Duration(math.Round(seconds*1e9)), nil
		if math.IsNaN(seconds) || math.Abs(seconds) > maxSeconds {
			err = strconv.ErrRange
		}
	}
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no duration: give one like 90s, 5m, 1m30s, or seconds like 90", text)
	}
	return d, nil
}

// The longest duration that can be told, in seconds.
const maxSeconds = math.MaxInt64 / 1e9

// durationValue is a flag that parseDuration reads.
type durationValue struct{ d *time.Duration }

func (v durationValue) String() string {
	if v.d == nil || *v.d == 0 {
		return ""
	}
	return v.d.String()
}

func (v durationValue) Type() string { return "D" }

func (v durationValue) Set(text string) (err error) {
	*v.d, err = parseDuration(text)
	return err
}

// parseTime reads an RFC 3339 time.
func parseTime(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time: give one like 2026-01-31T08:30:00Z", text)
	}
	return t, nil
}

// parseInstant reads an RFC 3339 time, a date (its midnight, UTC), or a duration:
// so long ago.
func parseInstant(text string, now time.Time) (time.Time, error) {
	if t, err := parseTime(text); err == nil {
		return t, nil
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t, nil
	}
	if d, err := parseDuration(text); err == nil {
		return now.Add(-d), nil
	}
	return time.Time{}, fmt.Errorf("%q is neither a time like 2026-01-31T08:30:00Z nor a duration like 24h (so long ago)", text)
}

// parsePeriod reads --from and --to, as parseInstant does.
func parsePeriod(from, to string, now time.Time) (begin, end time.Time, err error) {
	if begin, err = parseInstant(from, now); err != nil {
		return begin, end, fmt.Errorf("--from: %w", err)
	}
	if end, err = parseInstant(to, now); err != nil {
		return begin, end, fmt.Errorf("--to: %w", err)
	}
	if !begin.Before(end) {
		err = fmt.Errorf("the period ends at %s, before it begins: see --from and --to", end.Format(time.RFC3339))
	}
	return begin, end, err
}

// parseSpeed reads a factor over real time, or "max", which is 0.
func parseSpeed(text string) (float64, error) {
	if strings.EqualFold(text, "max") {
		return 0, nil
	}
	x, err := strconv.ParseFloat(strings.TrimSuffix(strings.ToLower(text), "x"), 64)
	if err != nil || !(x > 0) || math.IsInf(x, 0) {
		return 0, fmt.Errorf("%q is no speed: give a factor like 1 or 20, or max", text)
	}
	return x, nil
}

// withScheme completes an address like 127.0.0.1:1883 to a URL.
func withScheme(address, scheme string) string {
	if address == "" || strings.Contains(address, "://") {
		return address
	}
	return scheme + "://" + address
}
