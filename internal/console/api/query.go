package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holterd/holter/internal/console/web"
	"github.com/holterd/holter/internal/console/wire"
	"github.com/holterd/holter/internal/registry"
)

const remedyPeriod = "give from and to like 2026-01-31T08:00:00.000Z"

// patientOf is the patient in the path.
func patientOf(r *http.Request) (string, error) {
	name := r.PathValue("p")
	if err := registry.CheckName(name); err != nil {
		return "", web.Wrong("see GET /v1/patients for who there is", "patient: %v", err)
	}
	return name, nil
}

// period reads from and to; either may be left out where a default is given.
func period(r *http.Request, from, to time.Time, longest time.Duration) (time.Time, time.Time, error) {
	q := r.URL.Query()
	for _, bound := range []struct {
		name string
		at   *time.Time
	}{{"from", &from}, {"to", &to}} {
		if text := q.Get(bound.name); text != "" {
			at, err := wire.ParseInstant(text)
			if err != nil {
				return from, to, web.Wrong(remedyPeriod, "%s: %v", bound.name, err)
			}
			*bound.at = at
		}
		if bound.at.Year() < 1970 || bound.at.Year() > 2200 {
			return from, to, web.Wrong(remedyPeriod, "%s: is missing, or not between the years 1970 and 2200", bound.name)
		}
	}
	switch d := to.Sub(from); {
	case d <= 0:
		return from, to, web.Wrong(remedyPeriod, "the period ends at %s, before it begins", to.Format(wire.Layout))
	case longest > 0 && d > longest:
		return from, to, web.Wrong("ask for a shorter one", "the period has %s; %s are the most", d, longest)
	}
	return from, to, nil
}

// number reads a whole number.
func number(r *http.Request, name string, otherwise, least, most int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, web.Wrong("correct it or leave it out", "%s: %q is not a whole number between %d and %d", name, text, least, most)
	}
	return n, nil
}

// list reads values that are separated by commas.
func list(r *http.Request, name string) []string {
	var all []string
	for value := range strings.SplitSeq(r.URL.Query().Get(name), ",") {
		if value = strings.TrimSpace(value); value != "" {
			all = append(all, value)
		}
	}
	return all
}

// oneOf reads a word; the first is the default.
func oneOf(r *http.Request, name string, words ...string) (string, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return words[0], nil
	}
	if !slices.Contains(words, text) {
		return "", web.Wrong("correct it or leave it out", "%s: %q is not one of %s", name, text, strings.Join(words, ", "))
	}
	return text, nil
}
