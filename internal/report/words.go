package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// words writes times in a zone, with the date where a report is of several.
type words struct {
	zone *time.Location
	days bool
}

func (w words) at(t time.Time) string {
	if w.days {
		return t.In(w.zone).Format("2 Jan 15:04:05")
	}
	return t.In(w.zone).Format("15:04:05")
}

// full names date and zone too.
func (w words) full(t time.Time) string { return t.In(w.zone).Format("2006-01-02 15:04:05 MST") }

// clock is without seconds.
func (w words) clock(t time.Time) string {
	if w.days {
		return t.In(w.zone).Format("2 Jan 15:04")
	}
	return t.In(w.zone).Format("15:04")
}

// lasting is a duration as people say it: 4 h 05 min, 3 min 20 s, 2.4 s.
func lasting(seconds float64) string {
	s := int(math.Round(seconds))
	switch {
	case seconds <= 0:
		return "0 s"
	case seconds < 10:
		return fmt.Sprintf("%.1f s", seconds)
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	case s < 48*3600:
		return fmt.Sprintf("%d h %02d min", s/3600, s/60%60)
	default:
		return fmt.Sprintf("%d d %d h %02d min", s/86400, s/3600%24, s/60%60)
	}
}

// percent of a share. What is not 0 never reads so, nor what is not all as all.
func percent(share float64) string {
	p := 100 * share
	switch {
	case p == 0:
		return "0 %"
	case p < 0.1:
		return "<0.1 %"
	case p < 100 && p > 99.9:
		return ">99.9 %"
	case p < 9.95:
		return fmt.Sprintf("%.1f %%", p)
	}
	return fmt.Sprintf("%.0f %%", p)
}

// part is a share of a whole that may be nothing.
func part(of, whole float64) string {
	if whole <= 0 {
		return "–"
	}
	return percent(of / whole)
}

// number groups digits: 104 233.
func number(n int) string {
	digits := strconv.Itoa(n)
	var parts []string
	for len(digits) > 3 {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	return strings.Join(append([]string{digits}, parts...), "\u00a0")
}

// rate is beats per minute; a dash where it is not known.
func rate(perMinute float64) string {
	if perMinute <= 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f", perMinute)
}

// many is a count with its noun.
func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + more
}

// sure is a confidence.
func sure(confidence float64) string { return fmt.Sprintf("%.2f", confidence) }
