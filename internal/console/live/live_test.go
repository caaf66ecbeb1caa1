package live

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/console/web"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func TestASlowViewerIsLetGo(t *testing.T) {
	dropped := 0
	h := hub{dropped: func() { dropped++ }}
	slow, ok := h.join("anna")
	require.True(t, ok)
	quick, _ := h.join("anna")
	for i := range queue + 1 {
		h.send("anna", web.Event{Name: "signal", Data: []byte(strconv.Itoa(i))})
		require.Equal(t, strconv.Itoa(i), string((<-quick.Events()).Data))
	}
	require.Equal(t, 1, dropped)
	got := 0
	for range slow.Events() {
		got++
	}
	require.Equal(t, queue, got, "what was queued is still told")
	require.Equal(t, tooSlow, slow.Why())
	h.leave("anna", slow)
	require.Equal(t, []string{"anna"}, h.topics())
	h.close()
	_, open := <-quick.Events()
	require.False(t, open)
	require.Equal(t, stopping, quick.Why())
	_, ok = h.join("anna")
	require.False(t, ok)
}

func TestTooManyViewersAreRefused(t *testing.T) {
	h := hub{dropped: func() {}}
	first, _ := h.join("anna")
	for range maxViewers - 1 {
		_, ok := h.join("ben")
		require.True(t, ok)
	}
	_, ok := h.join("anna")
	require.False(t, ok)
	h.leave("anna", first)
	require.False(t, h.watched("anna"))
	_, ok = h.join("anna")
	require.True(t, ok)
}

func TestADeviceMovesWithItsStatus(t *testing.T) {
	b, at := NewBoard(), time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)
	status := func(patient string, at time.Time) {
		b.Status(&holterv1.DeviceStatus{Device: "belt", Patient: patient, Online: true, TimeNs: at.UnixNano()}, at)
	}
	status("anna", at)
	status("ben", at.Add(time.Minute))
	status("anna", at.Add(time.Second)) // read late, from another partition
	devices := func(patient string) int {
		p, ok := b.Patient(patient, at)
		require.True(t, ok)
		return len(p.Devices)
	}
	require.Equal(t, 0, devices("anna"))
	require.Equal(t, 1, devices("ben"))
	p, _ := b.Patient("ben", at.Add(2*time.Minute))
	require.False(t, *p.Devices[0].Connected, "not heard for long")
}

func TestTheMostUrgentComesFirst(t *testing.T) {
	b, now := NewBoard(), time.Now()
	b.Know("zoe")
	for i, a := range []alert.Alert{
		{Patient: "carl", Priority: alert.High, State: alert.Acknowledged, Title: "seen"},
		{Patient: "ben", Priority: alert.High, State: alert.Triggered, Title: "new"},
		{Patient: "anna", Priority: alert.Medium, State: alert.Triggered},
		{Patient: "zoe", Priority: alert.High, State: alert.Resolved},
		{Patient: "carl", Priority: alert.Low, State: alert.Triggered, Title: "less"},
	} {
		a.ID = strconv.Itoa(i)
		b.Alert(a)
	}
	var order []string
	for _, p := range b.Patients(now) {
		order = append(order, p.ID+" "+p.Urgency+" "+p.Title)
	}
	require.Equal(t, []string{"ben high new", "carl high seen", "anna medium ", "zoe none "}, order)
	require.Len(t, b.Alerts("carl", true), 2)
	require.Len(t, b.Alerts("zoe", true), 0)
	b.Forget("ben", "1")
	_, known := b.FindAlert("ben", "1")
	require.False(t, known)
}

func TestOlderStatusFillsInWhatIsNotKnown(t *testing.T) {
	b, at := NewBoard(), time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)
	full, low := 90., 20.
	all := func(string) bool { return true }
	status := func(minute int, online, heartbeat bool, battery *float64) {
		at := at.Add(time.Duration(minute) * time.Minute)
		b.Status(&holterv1.DeviceStatus{Device: "belt", Patient: "anna", Online: online, Heartbeat: heartbeat, BatteryPercent: battery, TimeNs: at.UnixNano()}, at)
	}
	status(10, true, true, nil)
	status(11, false, false, nil)
	require.True(t, b.untold(all))
	status(1, true, false, &full)
	status(2, true, false, &low)
	status(3, true, true, nil)
	require.False(t, b.untold(all))
	status(0, true, false, &full)
	p, _ := b.Patient("anna", at.Add(12*time.Minute))
	d := p.Devices[0]
	require.Equal(t, low, *d.Battery, "the newest that it told")
	require.Equal(t, at.Add(10*time.Minute), time.Time(d.LastHeard))
	require.False(t, *d.Connected, "the will is newer")
}

func TestTheLastMinuteTellsRateAndNoise(t *testing.T) {
	b, at := NewBoard(), time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)
	window := func(device, recording string, index, beats int, quality float64, told time.Time) {
		start := at.Add(time.Duration(index) * 10 * time.Second)
		b.Window(&holterv1.Window{
			Patient: "anna", Device: device, Recording: recording, Id: recording + strconv.Itoa(index), BeatOffsetsMs: make([]uint32, beats),
			StartTimeNs: start.UnixNano(), EndTimeNs: start.Add(10 * time.Second).UnixNano(), Quality: quality,
		}, told)
	}
	look := func(now time.Time) string {
		p, _ := b.Patient("anna", now)
		text := "–"
		if p.HeartRate != nil {
			text = strconv.FormatFloat(*p.HeartRate, 'g', -1, 64)
		}
		for _, d := range p.Devices {
			text += " " + d.ID + " " + strconv.FormatBool(d.Noisy)
		}
		return text
	}
	window("belt", "r1", 0, 30, .9, at)
	window("belt", "r1", 0, 30, .9, at) // again, after a restart
	require.Equal(t, "180 belt false", look(at))
	for i := range 6 {
		window("belt", "r1", i+1, 10, .3, at.Add(time.Minute))
	}
	require.Equal(t, "60 belt true", look(at.Add(time.Minute)), "the first is over a minute old")
	window("watch", "w", 6, 12, .8, at.Add(time.Minute))
	require.Equal(t, "61.7 belt true watch false", look(at.Add(time.Minute)))
	window("watch", "w2", -600, 9, .8, at.Add(3*time.Minute))
	require.Equal(t, "54 belt true watch false", look(at.Add(3*time.Minute)), "another recording, of an earlier time; the belt has not been heard since")
	require.Equal(t, "– belt false watch false", look(at.Add(2*time.Hour)))
}
