package archive

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/ecg"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func TestAStripFromAWeekAgo(t *testing.T) {
	root := t.TempDir()
	w := newWriter(root, 30*24*time.Hour, at(monday.Add(7*24*time.Hour)))
	tp := newTape("chest-1", 30, 360)
	put(t, w, tp.chunks(2*time.Second)...)
	for day := 1; day < 7; day++ { // what came since
		later := newTape("chest-1", 4, 360)
		later.start, later.recording = monday.AddDate(0, 0, day), "later"
		put(t, w, later.chunks(time.Second)...)
	}
	require.NoError(t, w.tidy())
	a, err := Open(root)
	require.NoError(t, err)
	from := tp.start.Add(5 * time.Second)
	got, err := a.Read("anna", from, from.Add(10*time.Second))
	require.NoError(t, err)
	require.Len(t, got, 1, "over a full hour")
	require.Equal(t, 3600, got[0].Len())
	require.Equal(t, from, got[0].Start())
	require.Equal(t, from.Add(10*time.Second), got[0].End())
	require.Equal(t, tp.adc[1][1800:5400], all(t, got[0])[1])
	require.Equal(t, 360, got[0].SampleAt(from.Add(time.Second)))

	none, err := a.Read("anna", from.Add(time.Hour), from.Add(2*time.Hour))
	require.NoError(t, err)
	require.Empty(t, none)
	none, err = a.Read("berta", from, from.Add(time.Hour))
	require.NoError(t, err)
	require.Empty(t, none)
}

// However the period lies, every sample belongs to one of its parts.
func TestPeriodsShareTheSamplesOut(t *testing.T) {
	root := t.TempDir()
	tp := newTape("chest-1", 12, 333)
	put(t, newWriter(root, 0, time.Now), tp.chunks(time.Second)...)
	a, err := Open(root)
	require.NoError(t, err)
	for _, step := range []time.Duration{777 * time.Millisecond, 3003003, 10 * time.Second} {
		var got []int32
		for from := tp.start.Add(-time.Second); from.Before(tp.start.Add(13 * time.Second)); from = from.Add(step) {
			parts, err := a.Read("anna", from, from.Add(step))
			require.NoError(t, err)
			for _, p := range parts {
				got = append(got, all(t, p)[0]...)
				require.False(t, p.Start().Before(from))
				require.True(t, p.TimeAt(p.Len()-1).Before(from.Add(step)))
			}
			if step < 100*time.Millisecond && len(got) > 700 {
				break // enough of so small steps
			}
		}
		require.Equal(t, tp.adc[0][:len(got)], got)
		require.Greater(t, len(got), 700)
	}
}

func TestOpenSaysWhereTheArchiveIs(t *testing.T) {
	_, err := Open(filepath.Join(t.TempDir(), "none"))
	require.ErrorContains(t, err, "archive.folder")
}

func TestForeignFilesAndDamage(t *testing.T) {
	root := t.TempDir()
	tp := newTape("chest-1", 4, 250)
	put(t, newWriter(root, 0, time.Now), tp.chunks(time.Second)...)
	day := filepath.Join(root, "anna", "chest-1", "2026-02-02")
	require.NoError(t, os.WriteFile(filepath.Join(day, "notes.hea"), []byte("x"), 0o600))
	holdsTape(t, root, tp)
	require.NoError(t, os.WriteFile(filepath.Join(day, "20260202_100000_000.hea"), []byte("x 1 250 0\nx.dat 16\n"), 0o600))
	a, err := Open(root)
	require.NoError(t, err)
	_, err = a.Read("anna", dawn, dusk)
	require.ErrorContains(t, err, "20260202_100000_000.hea is not a header of the archive")
}

func TestCoverage(t *testing.T) {
	root := t.TempDir()
	w := newWriter(root, 0, time.Now)
	tp, second := newTape("chest-1", 20, 250), newTape("wrist-1", 10, 100)
	for i := 500; i < 750; i++ { // both leads off for a second, one of them for longer
		tp.adc[0][i], tp.adc[1][i] = ecg.InvalidSample, ecg.InvalidSample
	}
	tp.adc[0][750] = ecg.InvalidSample
	chunks := tp.chunks(time.Second)
	put(t, w, chunks[:8]...)
	put(t, w, chunks[12:]...)
	second.start = tp.start.Add(5 * time.Second) // fills part of the gap
	put(t, w, second.chunks(time.Second)[:5]...)
	a, err := Open(root)
	require.NoError(t, err)
	got, err := a.Coverage("anna", tp.start.Add(-time.Second), tp.start.Add(30*time.Second))
	require.NoError(t, err)
	require.Equal(t, 18*time.Second, got.Recorded)
	require.Equal(t, 17*time.Second, got.Analysable)
	require.Equal(t, []Gap{
		{tp.start.Add(-time.Second), tp.start},
		{tp.start.Add(10 * time.Second), tp.start.Add(12 * time.Second)},
		{tp.start.Add(20 * time.Second), tp.start.Add(30 * time.Second)},
	}, got.Gaps)
	half, err := a.Coverage("anna", tp.start.Add(2500*time.Millisecond), tp.start.Add(7*time.Second))
	require.NoError(t, err)
	require.Equal(t, Coverage{Recorded: 4500 * time.Millisecond, Analysable: 4 * time.Second}, half)
}

func TestPressesKeepTheirHours(t *testing.T) {
	root := t.TempDir()
	w := newWriter(root, 0, time.Now)
	for day := range 3 {
		for _, device := range []string{"chest-1", "wrist-1"} {
			tp := newTape(device, 4, 250)
			tp.start = monday.AddDate(0, 0, day).Add(-30 * time.Minute)
			tp.recording = tp.start.String()
			put(t, w, tp.chunks(time.Second)...)
		}
	}
	require.NoError(t, w.close())
	p := Press{Device: "chest-1", Time: monday.Add(-29 * time.Minute), Note: "dizzy\n\"again\""}
	for range 2 { // a second time it is known
		require.NoError(t, keepPress(root, "anna", p))
	}
	require.NoError(t, keepPress(root, "anna", Press{Device: "chest-1", Time: p.Time.Add(time.Hour * 90)}))
	a, err := Open(root)
	require.NoError(t, err)
	got, err := a.Presses("anna", monday.Add(-time.Hour), monday)
	require.NoError(t, err)
	require.Equal(t, []Press{p}, got)

	deleted, err := sweep(root, monday.AddDate(0, 0, 2).Add(-time.Hour))
	require.NoError(t, err)
	require.Equal(t, 2, deleted, "the second day of two devices")
	left := whole(t, root, "anna")
	require.Len(t, left, 4)
	require.Equal(t, monday.Add(-30*time.Minute), left[0].Start())
	require.Equal(t, monday.AddDate(0, 0, 2).Add(-30*time.Minute), left[2].Start())
	require.NoDirExists(t, filepath.Join(root, "anna", "chest-1", "2026-02-03"))
}

func TestPressesAreReadFromTheStatusTopic(t *testing.T) {
	value, err := proto.Marshal(&holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Button{Button: &holterv1.ButtonPress{
		Device: "chest-1", Patient: "anna", TimeNs: monday.UnixNano(), Note: "dizzy",
	}}})
	require.NoError(t, err)
	patient, p, ok := parsePress(kafka.PatientMessage("anna", value))
	require.True(t, ok)
	require.Equal(t, "anna", patient)
	require.Equal(t, Press{Device: "chest-1", Time: monday, Note: "dizzy"}, p)
	_, _, ok = parsePress(kafka.PatientMessage("anna", []byte("x")))
	require.False(t, ok)
}

func TestUnusableChunksAreRefused(t *testing.T) {
	for want, spoil := range map[string]func(c *chunk){
		"patient":       func(c *chunk) { c.patient = "a/b" },
		"recording":     func(c *chunk) { c.recording = "" },
		"Hz":            func(c *chunk) { c.rate = 0 },
		"has 0 samples": func(c *chunk) { c.adc = [][]int32{c.adc[0], nil} },
		"gain":          func(c *chunk) { c.gain = []float64{200, 0} },
		"no name":       func(c *chunk) { c.leads = []string{" ", "V1"} },
		"the year":      func(c *chunk) { c.start = time.Unix(-1e9, 0) },
	} {
		c := newTape("chest-1", 1, 250).chunks(time.Second)[0]
		got, err := parse(c.record(t))
		require.NoError(t, err)
		require.Equal(t, c, got)
		spoil(c)
		_, err = parse(c.record(t))
		require.ErrorContains(t, err, want)
	}
	end, err := parse(kafka.SampleMessage("anna", "chest-1", nil))
	require.NoError(t, err)
	require.Nil(t, end, "no samples, nothing to keep")
}
