package report

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/summary"
	"github.com/holterd/holter/internal/summary/summarytest"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
)

var begin = time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)

const patient = "Zoë-7"

// presses adds presses to an archive, which has no way to put them there.
type presses struct {
	*archive.Archive
	all []archive.Press
}

func (p presses) Presses(of string, _, _ time.Time) ([]archive.Press, error) {
	if of != patient {
		return nil, nil
	}
	return p.all, nil
}

type listed []alert.Alert

func (l listed) List(context.Context) ([]alert.Alert, error) { return l, nil }

// folder is an archive with the recording, made once: it takes seconds.
var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "report"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// recording has something for every section.
var recording = sync.OnceValues(func() (*ecg.Recording, []ecg.Annotation) {
	cfg := ecg.DefaultSimConfig()
	cfg.Rate, cfg.Duration, cfg.Start = 128, 12*time.Minute, begin
	cfg.Episodes = []ecg.Episode{
		{Kind: ecg.PVCs, At: 30 * time.Second, Beats: 1}, {Kind: ecg.PVCs, At: 60 * time.Second, Beats: 2},
		{Kind: ecg.PVCs, At: 90 * time.Second, Beats: 3}, {Kind: ecg.PVCs, At: 120 * time.Second, Beats: 7},
		{Kind: ecg.Bigeminy, At: 150 * time.Second, Length: 20 * time.Second}, {Kind: ecg.Trigeminy, At: 200 * time.Second, Length: 20 * time.Second},
		{Kind: ecg.APBs, At: 250 * time.Second, Beats: 3}, {Kind: ecg.Pause, At: 300 * time.Second, Length: 3400 * time.Millisecond},
	}
	rec, expert, err := ecg.Simulate(cfg)
	if err != nil {
		panic(err)
	}
	return rec, expert
})

// study is that recording, analysed.
func study(t testing.TB) (Maker, *summarytest.Store) {
	t.Helper()
	rec, expert := recording()
	store := &summarytest.Store{}
	store.Analyse(patient, "chest-1", rec, expert)
	store.Events = append(store.Events,
		localize.Event{
			ID: "af", Patient: patient, Device: "chest-1", Recording: summarytest.Recording, Kind: "AFIB", Confidence: .8,
			Start: begin.Add(400 * time.Second), End: begin.Add(460 * time.Second),
		},
		localize.Event{
			ID: "st", Patient: patient, Device: "chest-1", Recording: summarytest.Recording, Kind: "STD", Evidence: localize.BySignal,
			STPeak: -210, STLead: "V1", STPeakAt: begin.Add(590 * time.Second), Start: begin.Add(500 * time.Second), End: begin.Add(600 * time.Second),
		})
	kept, err := archive.Open(folder)
	require.NoError(t, err)
	if stretches, err := kept.Read(patient, begin, begin.Add(time.Hour)); err != nil || len(stretches) == 0 {
		kept = summarytest.Keep(t, folder, patient, "chest-1", rec)
	}
	signal := presses{kept, []archive.Press{{Device: "chest-1", Time: begin.Add(122 * time.Second), Note: "Schwindel <b>& Übelkeit</b>"}}}
	limits, err := ReadLimits("../../models/default")
	require.NoError(t, err)
	require.Len(t, limits, 1)
	limits[0].Name, limits[0].Version, _ = strings.Cut(summarytest.Model, " ") // what they say of the shipped model stands in for the simulated one's
	raised := begin.Add(130 * time.Second)
	return Maker{
		Sources: summary.Sources{Store: store, Signal: signal, Alerts: listed{{
			ID: "1", Patient: patient, Priority: alert.Medium, Class: alert.Physiological, State: alert.Acknowledged, Title: "Ventricular run",
			Start: raised, Updated: raised, Raised: raised,
			History: []alert.Change{{At: raised, What: "triggered", By: alert.Self}, {At: raised.Add(90 * time.Second), What: "acknowledged", By: "night-shift", Why: "seen"}},
		}}},
		Limits: limits, Now: func() time.Time { return begin.Add(24 * time.Hour) },
	}, store
}

func made(t testing.TB, m Maker) *Report {
	t.Helper()
	r, err := m.Make(t.Context(), summary.Day(patient, begin, time.UTC), nil)
	require.NoError(t, err)
	return r
}

func written(t testing.TB, r *Report, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, r.Write(&b, format))
	return b.Bytes()
}

// text is what an HTML document says, and how its elements are nested.
func text(t *testing.T, document []byte) string {
	t.Helper()
	var b strings.Builder
	var open []string
	tokens := html.NewTokenizer(bytes.NewReader(document))
	for {
		switch kind := tokens.Next(); kind {
		case html.ErrorToken:
			require.Equal(t, io.EOF, tokens.Err())
			require.Empty(t, open, "elements are closed")
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			if len(open) > 0 && open[len(open)-1] == "style" {
				continue
			}
			b.WriteString(html.UnescapeString(string(tokens.Raw())))
		case html.StartTagToken, html.EndTagToken:
			name, _ := tokens.TagName()
			switch {
			case string(name) == "meta" || string(name) == "img":
			case kind == html.StartTagToken:
				open = append(open, string(name))
				b.WriteByte(' ')
			default:
				require.NotEmpty(t, open)
				require.Equal(t, open[len(open)-1], string(name))
				open = open[:len(open)-1]
				b.WriteByte(' ')
			}
		}
	}
}

func TestEveryLineOfTheReportHasItsStrip(t *testing.T) {
	m, _ := study(t)
	r := made(t, m)
	document := written(t, r, "html")
	strips := map[string]string{}
	for _, f := range regexp.MustCompile(`(?s)<figure id="(strip-\d+)">.*?</figure>`).FindAllStringSubmatch(string(document), -1) {
		strips[f[1]] = f[0]
		require.Contains(t, f[0], `<img src="data:image/svg`, "it is drawn")
		require.NotContains(t, f[0], "missing")
	}
	for _, link := range regexp.MustCompile(`href="#(strip-\d+)"`).FindAllStringSubmatch(string(document), -1) {
		require.Contains(t, strips, link[1])
	}
	for _, title := range []string{
		"Lowest heart rate", "Highest heart rate", "Premature ventricular contraction", "Atrial premature beat",
		"V single", "V couplet", "V triplet", "V run", "V bigeminy", "V trigeminy", "Longest run V", "Fastest run V", "A bigeminy",
		"Pause of 3.4 s", "Atrial fibrillation: onset", "Atrial fibrillation: end", "ST segment depression", "Symptom button",
	} {
		found := false
		for _, f := range strips {
			found = found || strings.Contains(f, title)
		}
		require.True(t, found, "no strip shows %s", title)
	}
	require.Equal(t, "V1", r.strip(t, "ST segment depression").Lines[0].Leads[0].Name, "the lead of the peak comes first")
	for _, row := range r.strip(t, "V run").Lines[0].Rows {
		if row.Label == "shown" {
			require.InDelta(t, 6*.4, row.Spans[0].End-row.Spans[0].Start, .4, "the run is marked")
			require.Positive(t, row.Spans[0].Start)
		}
	}
}

// strip finds one by its title.
func (r *Report) strip(t *testing.T, title string) *figure {
	t.Helper()
	for _, s := range r.document.Sections {
		for _, f := range s.Figures {
			if strings.Contains(f.Title, title) {
				return f
			}
		}
	}
	require.Fail(t, "no strip "+title)
	return nil
}

func TestTheReportIsCompleteInBothForms(t *testing.T) {
	m, store := study(t)
	v := 0
	for i, e := range store.Events {
		if e.Kind != "V" {
			continue
		}
		switch v++; v {
		case 1:
			store.Reviews = append(store.Reviews, influx.Review{Patient: patient, Event: e.ID, EventStart: e.Start, Verdict: influx.VerdictRejected, By: "reviewer", At: begin.Add(time.Hour), Note: "artefact"})
		case 2:
			store.Reviews = append(store.Reviews, influx.Review{Patient: patient, Event: store.Events[i].ID, EventStart: e.Start, Verdict: influx.VerdictRelabelled, Kind: "A", By: "reviewer", At: begin.Add(time.Hour)})
		}
	}
	r := made(t, m)
	beats := r.Summary.Kinds[0].Beats
	require.Equal(t, v-2, beats)
	page, paper := text(t, written(t, r, "html")), onPaper(t, written(t, r, "pdf"))
	for form, said := range map[string]string{"html": page, "pdf": strings.Join(paper, " ")} {
		for _, want := range []string{
			"Daily ECG report", "Patient " + patient, "2026-01-31 00:00:00 UTC", "12 min 00 s",
			"Mean heart rate", "Burden of beats", fmt.Sprintf("%d", beats), "Couplet", "Trigeminy", "3 s or longer", "Atrial fibrillation",
			"−210 µV", "signal only: possible", "Schwindel <b>& Übelkeit</b>", "9 × Premature ventricular contraction",
			"by night-shift at 08:03:40, after 1 min 30 s: seen", "relabelled A", "artefact", summarytest.Model,
			strings.Join(strings.Fields(m.Limits[0].Kinds["V"])[:6], " "), "Not asked of the model", "Left bundle branch block beat", research, "Hour by hour",
		} {
			require.Contains(t, said, want, form)
		}
	}
	require.Greater(t, len(paper), 5, "pages")
	for i, p := range paper {
		require.Contains(t, p, fmt.Sprintf("Page %d of %d", i+1, len(paper)))
	}
	require.NotContains(t, string(written(t, r, "html")), "<script", "notes are not markup")

	var back summary.Summary
	require.NoError(t, json.Unmarshal(written(t, r, "json"), &back))
	require.Equal(t, beats, back.Kinds[0].Beats)
}

// onPaper is what each page of a PDF says.
func onPaper(t *testing.T, document []byte) (pages []string) {
	t.Helper()
	require.True(t, bytes.HasPrefix(document, []byte("%PDF-1.")))
	shown := regexp.MustCompile(`(?s)\(((?:\\.|[^\\()])*)\)\s*Tj`)
	for _, stream := range regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`).FindAllSubmatch(document, -1) {
		z, err := zlib.NewReader(bytes.NewReader(stream[1]))
		if err != nil {
			continue // a font's map
		}
		content, err := io.ReadAll(z)
		require.NoError(t, err)
		var b strings.Builder
		for _, s := range shown.FindAllSubmatch(content, -1) {
			raw := regexp.MustCompile(`(?s)\\(.)`).ReplaceAllFunc(s[1], func(x []byte) []byte {
				if x[1] == 'r' {
					return []byte("\r")
				}
				return x[1:]
			})
			units := make([]uint16, len(raw)/2)
			for i := range units {
				units[i] = binary.BigEndian.Uint16(raw[2*i:])
			}
			b.WriteString(string(utf16.Decode(units)) + " ")
		}
		if b.Len() > 0 {
			pages = append(pages, strings.ReplaceAll(b.String(), "  ", " "))
		}
	}
	require.Len(t, regexp.MustCompile(`/Type /Page\n`).FindAll(document, -1), len(pages))
	return pages
}

func TestWhatIsNotKnownIsSaid(t *testing.T) {
	m, store := study(t)
	for i := range store.Windows {
		store.Windows[i].Asked, store.Windows[i].Model = "V,A", "other 1"
	}
	store.Windows = store.Windows[:30]
	store.Events = store.Events[:len(store.Events)-2]
	m.Sources.Alerts = nil
	said := text(t, written(t, made(t, m), "html"))
	for _, want := range []string{
		"Atrial fibrillation not asked", "that none is listed means nothing", "How good other 1 is, is not known here",
		"9 min 00 s were recorded and not analysed", "Alerts were not read", "No clinician has reviewed",
	} {
		require.Contains(t, said, want)
	}
	_, err := m.Make(t.Context(), summary.Day("nobody", begin, time.UTC), nil)
	var nothing *NothingError
	require.ErrorAs(t, err, &nothing)
	require.ErrorContains(t, err, `patient "nobody" from 2026-01-31T00:00:00Z`)
}

func TestSignalThatIsGoneIsSaid(t *testing.T) {
	m, _ := study(t)
	empty, err := archive.Open(t.TempDir())
	require.NoError(t, err)
	m.Sources.Signal = empty
	said := text(t, written(t, made(t, m), "html"))
	require.Contains(t, said, "12 min 00 s were analysed whose signal is not in the archive any more")
	require.Contains(t, said, "The archive has no signal from")
	require.Contains(t, said, "Lowest not known: no signal at hand")
}

// The limits are written by hand: a new model needs new ones.
func TestTheShippedModelsSayWhatTheyAreBadAt(t *testing.T) {
	for _, name := range []string{"default", "default-int8"} {
		limits, err := ReadLimits("../../models/" + name)
		require.NoError(t, err)
		require.Len(t, limits, 1)
		manifest, err := model.ReadManifest("../../models/" + name)
		require.NoError(t, err)
		require.True(t, limits[0].of(manifest.Name+" "+manifest.Version),
			"models/%s/%s is about %s %s, the model is %s %s: write what its model card says", name, LimitsFile, limits[0].Name, limits[0].Version, manifest.Name, manifest.Version)
		for _, code := range manifest.Localization.Conditions {
			require.NotEmpty(t, limits[0].Kinds[code], "%s of %s", code, name)
		}
	}
}
