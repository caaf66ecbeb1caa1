package replay

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/testport"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func testSession(seconds int) *Session {
	adc := make([]int32, seconds*100)
	for i := range adc {
		adc[i] = int32(i % 512)
	}
	return &Session{
		Device: "dev", Recording: "rec", Start: time.Unix(1_700_000_000, 0),
		Signal: &Signal{Rate: 100, Leads: []string{"II", "V1"}, Gain: []float64{200, 200}, ADC: [][]int32{adc, adc}},
	}
}

func options(t *testing.T, addr string) Options {
	return Options{Broker: Broker{URL: "tcp://" + addr}, Log: zerolog.New(zerolog.NewTestWriter(t))}
}

func TestPlayDeliversTheSessionInOrder(t *testing.T) {
	box := &inbox{}
	_, addr := startBroker(t, box)
	session := testSession(300)
	state, err := Play(t.Context(), session, options(t, addr))
	require.NoError(t, err)
	require.Equal(t, State{Chunks: 300, Acknowledged: 300, Connected: true}, state)
	require.Len(t, box.sequences(), 300, "nothing was lost, so nothing is sent twice")
	box.requireComplete(t, 300)
	require.Eventually(t, func() bool { return len(box.online()) == 2 }, time.Minute, time.Millisecond)
	require.Equal(t, []bool{true, false}, box.online())
	last := box.chunk(299)
	require.True(t, last.EndOfRecording)
	require.False(t, box.chunk(298).EndOfRecording)
	require.Equal(t, session.Start.Add(299*time.Second).UnixNano(), last.StartTimeNs)
}

func TestPlaySurvivesBrokerRestarts(t *testing.T) {
	box := &inbox{}
	restart := make(chan struct{}, 2)
	box.arrived = func(count int) {
		if count == 100 || count == 500 {
			restart <- struct{}{}
		}
	}
	server, addr := openBroker(t, testport.Addr(t), box)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 2 {
			<-restart
			_ = server.Close()
			server, _ = openBroker(t, addr, box)
		}
	}()
	defer func() { _ = server.Close() }()
	state, err := Play(t.Context(), testSession(1000), options(t, addr))
	require.NoError(t, err)
	<-done
	require.Equal(t, 1000, state.Acknowledged)
	box.requireComplete(t, 1000)
}

func TestPlaySurvivesConnectionsThatBreakAnywhere(t *testing.T) {
	box := &inbox{}
	_, addr := startBroker(t, box)
	proxy := startFlakyProxy(t, addr)
	session := testSession(200)
	state, err := Play(t.Context(), session, options(t, proxy.addr))
	require.NoError(t, err)
	require.Equal(t, 200, state.Acknowledged)
	box.requireComplete(t, 200)
	require.Greater(t, proxy.breaks.Load(), int64(3), "the proxy must have broken connections")
	require.Eventually(t, func() bool { return !box.online()[len(box.online())-1] }, time.Minute, time.Millisecond,
		"the device is offline at the end")
}

func TestPlayWaitsUntilStored(t *testing.T) {
	box := &inbox{}
	server, addr := startBroker(t, box)
	session := testSession(60)
	box.arrived = func(count int) {
		switch count {
		case 10: // of another recording of the same device: not ours
			report(t, server, &holterv1.Progress{Device: "dev", Recording: "other", Ended: true, Stored: true})
		case 30:
			report(t, server, &holterv1.Progress{Device: "dev", Recording: "rec", Windows: 4,
				AnalysedUntilNs: session.Start.Add(20 * time.Second).UnixNano()})
		case 60:
			report(t, server, &holterv1.Progress{Device: "dev", Recording: "rec", Windows: 12, Ended: true, Stored: true, RefusedEvents: 2})
		}
	}
	opts := options(t, addr)
	opts.Wait = true
	state, err := Play(t.Context(), session, opts)
	require.NoError(t, err)
	require.True(t, state.Stored)
	require.EqualValues(t, 2, state.RefusedEvents)
	require.EqualValues(t, 12, state.Windows)
	require.Equal(t, time.Minute, state.Analysed)
}

func TestPlayFindsTheReportThatWasMadeWhileItWasAway(t *testing.T) {
	box := &inbox{}
	server, addr := startBroker(t, box)
	report(t, server, &holterv1.Progress{Device: "dev", Recording: "rec", Windows: 12, Ended: true, Stored: true})
	opts := options(t, addr)
	opts.Wait = true
	state, err := Play(t.Context(), testSession(20), opts)
	require.NoError(t, err)
	require.True(t, state.Stored)
	box.requireComplete(t, 20)
}

func TestPlayStaysNearTheAnalysis(t *testing.T) {
	box := &inbox{}
	server, addr := startBroker(t, box)
	session := testSession(120)
	opts := options(t, addr)
	opts.Wait, opts.Ahead = true, 30*time.Second
	analysed := 0
	box.arrived = func(count int) {
		if count > analysed+30 {
			t.Errorf("chunk %d was sent while the analysis stood at %d", count, analysed)
		}
		if count == analysed+30 || count == 120 {
			analysed = count
			report(t, server, &holterv1.Progress{Recording: "rec", Windows: uint64(count), Ended: count == 120, Stored: count == 120,
				AnalysedUntilNs: session.Start.Add(time.Duration(count) * time.Second).UnixNano()})
		}
	}
	_, err := Play(t.Context(), session, opts)
	require.NoError(t, err)
	box.requireComplete(t, 120)
}

func TestPlaySaysWhereToLook(t *testing.T) {
	box := &inbox{}
	server, addr := startBroker(t, box)
	opts := options(t, addr)
	opts.Wait, opts.Patience = true, 2*time.Second

	t.Run("nothing analysed", func(t *testing.T) {
		_, err := Play(t.Context(), testSession(5), opts)
		require.ErrorContains(t, err, "nothing has been analysed for 2s")
		require.ErrorContains(t, err, "ecg.deadletter")
	})
	t.Run("analysis stands still", func(t *testing.T) {
		report(t, server, &holterv1.Progress{Recording: "rec", Windows: 1, AnalysedUntilNs: testSession(5).Start.Add(4 * time.Second).UnixNano()})
		_, err := Play(t.Context(), testSession(5), opts)
		require.ErrorContains(t, err, "stands at 4s of 5s")
	})
	t.Run("no broker", func(t *testing.T) {
		opts := opts
		opts.Broker.URL, opts.ConnectPatience = "tcp://"+testport.Addr(t), 50*time.Millisecond
		_, err := Play(t.Context(), testSession(5), opts)
		require.ErrorContains(t, err, "holter up")
	})
	t.Run("interrupted", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(fmt.Errorf("enough"))
		_, err := Play(ctx, testSession(5), opts)
		require.ErrorContains(t, err, "enough")
	})
}

// turnedClock moves only when it is waited for: by as long as it is waited for.
type turnedClock struct{ elapsed atomic.Int64 }

func (c *turnedClock) Now() time.Time {
	return time.Unix(1_700_000_000, 0).Add(time.Duration(c.elapsed.Load()))
}

func (c *turnedClock) After(d time.Duration) <-chan time.Time {
	fired := make(chan time.Time, 1)
	if d < time.Minute { // a wait for the next chunk, not for a stall
		c.elapsed.Add(int64(d))
		fired <- c.Now()
	}
	return fired
}

func TestChunksAreSentWhenTheyAreMeasured(t *testing.T) {
	session := testSession(10)
	clock := &turnedClock{}
	w := newWearable(session, Options{Speed: 2, Clock: clock})
	w.began = clock.Now()
	for i := range 10 {
		w.next = i
		wait, ready := w.untilNext()
		require.True(t, ready)
		require.Equal(t, 500*time.Millisecond, wait)
		<-clock.After(wait)
	}
	require.Equal(t, 5*time.Second, time.Duration(clock.elapsed.Load()))

	w.next = 10
	_, ready := w.untilNext()
	require.False(t, ready, "nothing is left")
}
