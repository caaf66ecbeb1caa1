package localize

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrUnreadable is wrapped by every error of Parse.
var ErrUnreadable = errors.New("unreadable answer")

const (
	found   = "Duration: "
	none    = "No "
	noneEnd = " Found"
)

// As answers begin and end once they are folded.
var (
	foldedFound   = strings.TrimSpace(strings.ToLower(found))
	foldedNone    = strings.ToLower(none)
	foldedNoneEnd = strings.ToLower(noneEnd)
)

// Format writes spans as the answer to a question for a condition, with tenths
// of a second:
//
//	Duration: 1.9s-3.1s, 6.8s-8.1s
//	No Premature ventricular contraction Found
//
// Spans are rounded, then merged; what has no length then is left out, and so
// is what lies before the clip's start.
func Format(c Condition, s Spans) string {
	rounded := s.round()
	if len(rounded) == 0 {
		return none + c.Name + noneEnd
	}
	var b strings.Builder
	b.WriteString(found)
	for i, span := range rounded {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(tenths(span.Start))
		b.WriteString("s-")
		b.WriteString(tenths(span.End))
		b.WriteString("s")
	}
	return b.String()
}

// round rounds to tenths of a second from the clip's start on and merges.
func (s Spans) round() Spans {
	out := make(Spans, 0, len(s))
	for _, span := range s {
		if span.valid() {
			out = append(out, Span{round(max(span.Start, 0)), round(max(span.End, 0)), span.Confidence})
		}
	}
	return out.Merge()
}

// tenths writes seconds with one decimal, rounding the exact binary value.
func tenths(seconds float64) string {
	return strconv.FormatFloat(seconds, 'f', 1, 64)
}

// round gives the float64 that tenths writes.
func round(seconds float64) float64 {
	rounded, err := strconv.ParseFloat(tenths(seconds), 64)
	if err != nil {
		return seconds // not finite
	}
	return rounded
}

// Parse reads an answer. "No … Found" gives no spans and no error. Case, white
// space and a full stop at the end do not matter; the spans' order and overlap
// neither: they come back merged. Anything else is ErrUnreadable: another
// text, a span that does not end after its start, a number that is none.
func Parse(text string) (Spans, error) {
	answer := strings.TrimRight(fold(text), " .")
	if name, ok := strings.CutPrefix(answer, foldedNone); ok && strings.HasSuffix(name, foldedNoneEnd) {
		return nil, nil
	}
	list, ok := strings.CutPrefix(answer, foldedFound)
	if !ok {
		return nil, fmt.Errorf("%w: %q is neither %q nor %q", ErrUnreadable, shorten(text), "Duration: …", "No … Found")
	}
	var spans Spans
	for part := range strings.SplitSeq(list, ",") {
		span, err := parseSpan(part)
		if err != nil {
			return nil, fmt.Errorf("%w: %q: %w", ErrUnreadable, shorten(text), err)
		}
		spans = append(spans, span)
	}
	return spans.Merge(), nil
}

// parseSpan reads "1.9s-3.1s".
func parseSpan(text string) (Span, error) {
	from, to, ok := strings.Cut(text, "-")
	if !ok {
		return Span{}, fmt.Errorf("span %q has no dash", strings.TrimSpace(text))
	}
	start, err := parseSeconds(from)
	if err != nil {
		return Span{}, err
	}
	end, err := parseSeconds(to)
	if err != nil {
		return Span{}, err
	}
	if end <= start {
		return Span{}, fmt.Errorf("span %q does not end after its start", strings.TrimSpace(text))
	}
	return Span{Start: start, End: end}, nil
}

// parseSeconds reads "1.9s": digits, at most one point, an s.
func parseSeconds(text string) (float64, error) {
	text = strings.TrimSpace(text)
	digits, ok := strings.CutSuffix(text, "s")
	digits = strings.TrimSpace(digits)
	if !ok || strings.Trim(digits, "0123456789.") != "" {
		return 0, fmt.Errorf("%q is not a number of seconds", text)
	}
	seconds, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number of seconds", text)
	}
	return seconds, nil
}

// shorten keeps error messages readable.
func shorten(text string) string {
	const most = 80
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
