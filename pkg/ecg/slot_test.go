package ecg_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/ecg"
)

func TestParseLead(t *testing.T) {
	tests := map[ecg.Slot][]string{
		ecg.I:   {"I", "i", "MLI", "mli", "Lead I", "D1", "1", "ML1"},
		ecg.II:  {"II", "MLII", "mlii", "lead ii", " II ", "D2", "ML2"},
		ecg.III: {"III", "MLIII", "D3", "d3", "LEAD III", "DIII"},
		ecg.AVR: {"aVR", "AVR", "avr"},
		ecg.AVL: {"aVL", "AVL"},
		ecg.AVF: {"aVF", "AVF", "Lead aVF"},
		ecg.V1:  {"V1", "v1", "MCL1", "MV1"},
		ecg.V2:  {"V2", "MV2"},
		ecg.V3:  {"V3"},
		ecg.V4:  {"V4"},
		ecg.V5:  {"V5", "MLV5", "CM5"},
		ecg.V6:  {"V6", "MCL6"},
	}
	for want, names := range tests {
		for _, name := range names {
			got, err := ecg.ParseLead(name)
			require.NoError(t, err, name)
			require.Equal(t, want, got, name)
		}
	}
	for _, name := range []string{"", "ECG", "V7", "V0", "IV", "X", "ABP", "RESP", "V10", "aVX", "lead", "ml", "d", "d4", "II;", "mm"} {
		_, err := ecg.ParseLead(name)
		require.ErrorIs(t, err, ecg.ErrUnknownLead, name)
		require.ErrorContains(t, err, "aVR", "the error lists what is known")
	}
}

func TestSlotNamesParseInAnyCase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slot := ecg.Slot(rapid.IntRange(0, ecg.Slots-1).Draw(t, "slot"))
		name := []byte(slot.String())
		for i := range name {
			if rapid.Bool().Draw(t, "upper") {
				name[i] = strings.ToUpper(string(name[i]))[0]
			} else {
				name[i] = strings.ToLower(string(name[i]))[0]
			}
		}
		got, err := ecg.ParseLead(string(name))
		require.NoError(t, err)
		require.Equal(t, slot, got)
	})
	require.Equal(t, "Slot(12)", ecg.Slot(12).String())
	require.Equal(t, "Slot(-1)", ecg.Slot(-1).String())
}

func TestAssignSlots(t *testing.T) {
	tests := []struct {
		names []string
		want  []ecg.Slot
	}{
		{[]string{"MLII", "V1"}, []ecg.Slot{ecg.II, ecg.V1}},
		{[]string{"V5", "MLII"}, []ecg.Slot{ecg.V5, ecg.II}},
		{[]string{"ECG"}, []ecg.Slot{ecg.I}},
		{[]string{"ECG", "ecg"}, []ecg.Slot{ecg.II, ecg.V1}},
		{[]string{"ECG1", "ECG2"}, []ecg.Slot{ecg.II, ecg.V1}},
		{
			strings.Fields("I II III AVR AVL AVF V1 V2 V3 V4 V5 V6"),
			[]ecg.Slot{ecg.I, ecg.II, ecg.III, ecg.AVR, ecg.AVL, ecg.AVF, ecg.V1, ecg.V2, ecg.V3, ecg.V4, ecg.V5, ecg.V6},
		},
	}
	for _, tt := range tests {
		got, err := ecg.AssignSlots(tt.names)
		require.NoError(t, err)
		require.Equal(t, tt.want, got)
	}
}

func TestAssignSlotsRefuses(t *testing.T) {
	_, err := ecg.AssignSlots([]string{"MLII", "D2"})
	require.ErrorIs(t, err, ecg.ErrDuplicateLead)
	require.ErrorContains(t, err, `"MLII" and "D2" are both lead II`)
	for _, names := range [][]string{nil, {"ECG", "ECG", "ECG"}, {"MLII", "ECG"}, {"II", "ABP"}} {
		_, err := ecg.AssignSlots(names)
		require.ErrorIs(t, err, ecg.ErrUnknownLead, names)
	}
}
