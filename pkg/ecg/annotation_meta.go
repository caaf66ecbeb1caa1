package ecg

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Comments at time 0 may open an annotation file with facts about the file itself:
// the time resolution, and the meaning of codes that annot(5) leaves free.
const (
	metaResolution   = "## time resolution: "
	metaDefinitions  = "## annotation type definitions"
	metaEndOfMeaning = "## end of definitions"
)

// splitMeta separates the leading comments about the file from the annotations.
func splitMeta(all []Annotation) (annotations []Annotation, meta []string) {
	inside := false
	for _, a := range all {
		starts := strings.HasPrefix(a.Aux, metaResolution) || a.Aux == metaDefinitions || a.Aux == metaEndOfMeaning
		if a.Sample != 0 || !starts && !inside {
			break
		}
		inside = a.Aux == metaDefinitions || inside && a.Aux != metaEndOfMeaning
		meta = append(meta, a.Aux)
	}
	return all[len(meta):], meta
}

// parseMeta reads "## time resolution: 360" and "42 SYMBOL description" lines.
func parseMeta(meta []string) (resolution float64, defined map[int]string, err error) {
	for _, line := range meta {
		if text, ok := strings.CutPrefix(line, metaResolution); ok {
			resolution, err = strconv.ParseFloat(strings.TrimSpace(text), 64)
			if err != nil || !(resolution > 0) || math.IsInf(resolution, 0) {
				return 0, nil, fmt.Errorf("%w: time resolution %q", ErrFormat, text)
			}
			continue
		}
		fields := strings.Fields(line)
		if strings.HasPrefix(line, "##") || len(fields) < 2 {
			continue
		}
		code, err := strconv.Atoi(fields[0])
		if err != nil || code < 1 || code > maxCode {
			return 0, nil, fmt.Errorf("%w: annotation definition %q", ErrFormat, line)
		}
		if defined == nil {
			defined = make(map[int]string)
		}
		defined[code] = fields[1]
	}
	return resolution, defined, nil
}
