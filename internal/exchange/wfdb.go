package exchange

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

// Annotator is the extension of the annotation files.
const Annotator = "hol"

// WriteWFDB writes a track as a WFDB record into a folder and returns the path of
// its header. Progress is told how many samples are written; its error ends it.
func WriteWFDB(dir string, t *Track, marks []Mark, progress func(samples int) error) (string, error) {
	var segments []string // lines of the header
	at, done := 0, 0
	whole := len(t.pieces) == 1 && float64(t.Len) <= partLength.Seconds()*t.Rate
	for p, err := range t.parts {
		if err != nil {
			return "", fmt.Errorf("read the archive: %w", err)
		}
		name := t.Name
		if !whole {
			name = fmt.Sprintf("%s_%04d", t.Name, len(segments)+1)
		}
		if p.at > at {
			segments = append(segments, fmt.Sprintf("~ %d", p.at-at))
		}
		if err := ecg.WriteSignals(dir, t.record(name, p)); err != nil {
			return "", err
		}
		n := len(p.adc[0])
		segments = append(segments, fmt.Sprintf("%s %d", name, n))
		at, done = p.at+n, done+n
		if err := progress(done); err != nil {
			return "", err
		}
	}
	if !whole {
		if err := t.writeMaster(dir, segments); err != nil {
			return "", err
		}
	}
	path := filepath.Join(dir, t.Name)
	if err := ecg.WriteAnnotations(path+"."+Annotator, Annotations(marks)); err != nil {
		return "", err
	}
	return path + ".hea", nil
}

// record is a part as a record of its own.
func (t *Track) record(name string, p part) *ecg.RawRecord {
	format := 16
	for _, row := range p.adc {
		if slices.ContainsFunc(row, tooWide) {
			format = 32
		}
	}
	h := t.header(name, format)
	h.Start = t.Start.Add(time.Duration(float64(p.at) / t.Rate * 1e9))
	return &ecg.RawRecord{Header: h, ADC: p.adc}
}

func tooWide(v int32) bool { return v != ecg.InvalidSample && (v < -32767 || v > 32767) }

func (t *Track) header(name string, format int) ecg.Header {
	h := ecg.Header{Name: name, Rate: t.Rate, Start: t.Start, Comments: []string{"patient: " + t.Patient, "device: " + t.Device}}
	for i, lead := range t.Leads {
		h.Signals = append(h.Signals, ecg.Signal{
			File: "~", Format: format, Gain: t.Gain[i], Units: "mV", Resolution: 16, Description: lead,
		})
	}
	return h
}

// writeMaster writes the header of a multi-segment record and its layout.
func (t *Track) writeMaster(dir string, segments []string) error {
	layout := t.header(t.Name+"_layout", 0)
	layout.Comments = nil
	master := t.header(t.Name, 0)
	master.Samples = int64(t.Len)
	first, rest, _ := bytes.Cut(ecg.FormatHeader(&master), []byte("\n"))
	comments := rest[bytes.IndexByte(rest, '#'):]
	head := strings.Replace(string(first), t.Name+" ", fmt.Sprintf("%s/%d ", t.Name, len(segments)+1), 1)
	lines := append([]string{head, layout.Name + " 0"}, segments...)
	text := strings.Join(lines, "\n") + "\n" + string(comments)
	for name, content := range map[string][]byte{layout.Name: ecg.FormatHeader(&layout), t.Name: []byte(text)} {
		if err := os.WriteFile(filepath.Join(dir, name+".hea"), content, 0o644); err != nil {
			return fmt.Errorf("write WFDB record: %w", err)
		}
	}
	return nil
}

// Annotations are marks as WFDB has them.
func Annotations(marks []Mark) []ecg.Annotation {
	out := rhythms(marks)
	add := func(sample int, symbol, aux string) {
		out = append(out, ecg.Annotation{Sample: int64(sample), Symbol: symbol, Aux: short(aux)})
	}
	for _, m := range marks {
		if m.Beat {
			add(m.From, m.Condition.Symbols[0], m.Text)
			continue
		}
		if m.Condition.Kind == localize.ST {
			name := "ST0" + map[string]string{"STE": "+", "STD": "-"}[m.Condition.Code]
			add(m.From, "s", "("+name)
			add(m.To, "s", name+")")
		}
		add(m.From, `"`, m.Text)
	}
	slices.SortStableFunc(out, func(a, b ecg.Annotation) int { return cmp.Compare(a.Sample, b.Sample) })
	return out
}

// short cuts a text to what an annotation takes.
func short(text string) string {
	const most = 255
	for len(text) > most {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}

// rhythms tells which rhythm there is from when on: N where none was found, the
// surer one where several were, since WFDB knows one at a time. Nothing when there
// is no rhythm event. There is no note for a pause: "(P" is a paced rhythm.
func rhythms(marks []Mark) []ecg.Annotation {
	var episodes []Mark
	var edges []int
	for _, m := range marks {
		if m.Condition.Kind == localize.Rhythm && m.Condition.Code != "P" && m.To > m.From {
			episodes = append(episodes, m)
			edges = append(edges, m.From, m.To)
		}
	}
	slices.Sort(edges)
	var out []ecg.Annotation
	name := ""
	for _, at := range slices.Compact(edges) {
		now, sure := "N", -1.0
		for _, m := range episodes {
			if m.From <= at && at < m.To && m.Confidence > sure {
				now, sure = m.Condition.Code, m.Confidence
			}
		}
		if now != name {
			name = now
			out = append(out, ecg.Annotation{Sample: int64(at), Symbol: "+", Aux: "(" + name})
		}
	}
	return out
}
