package window

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// A checkpoint of another version, or a broken one, must not bring the analyzer
// down.
func FuzzResume(f *testing.F) {
	s := newSource(1, 250, 250*24, "II", "V1")
	chunks := s.chunks(250)
	w := New(Config{})
	for _, c := range chunks {
		_, err := w.Push(c)
		require.NoError(f, err)
		text, err := json.Marshal(w.State())
		require.NoError(f, err)
		f.Add(text)
	}
	f.Add([]byte(`{"next":3,"segments":1,"open":{"index":-1,"core":-1,"skip":-1,"input":-1,"fill":null,"tie":{"time":0}}}`))
	f.Add([]byte(`{"next":3,"segments":1,"open":{"index":7,"core":99999999,"skip":9,"input":5000000000,"fill":[{"run":-300000000},{"run":300000000}],"tie":{"input":-7,"time":1}}}`))
	f.Add([]byte(`{"segments":1,"open":{"input":1,"tie":{"time":1772352000000000000}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var state State
		if json.Unmarshal(text, &state) != nil {
			return
		}
		w := Resume(Config{}, state)
		sequence := state.Next
		for _, c := range chunks[:20] {
			c.Sequence = sequence
			sequence++
			windows, err := w.Push(c)
			require.NoError(t, err)
			for _, win := range windows {
				require.LessOrEqual(t, win.Clip.Len(), 1000)
			}
		}
		w.Flush()
		require.Nil(t, w.State().Open)
	})
}
