package morphology

// The numbers of the decision; the package documentation says where they are from.
const (
	unlikeNormal = 2.4
	likeNormal   = 6.0
	inNoise      = 3.0
	loneInNoise  = 6.0  // beside it
	quiet        = 0.2  // share of lone shapes that there always is
	noisy        = 0.6  // share from which on templates do not speak
	unlike       = 0.15 // 1 - correlation with the normal shape that is another shape
)

// decide gives the log odds that each of the beats is ventricular.
func (m *Memory) decide(b Beats) []float64 {
	noise := m.noise(b.around)
	normal := m.normal()
	out := make([]float64, len(b.own))
	for i, one := range b.own {
		t := m.template(one.template)
		if t == nil { // it gave way
			t = &template{Count: 1, Sum: one.odds}
		}
		out[i] = weigh(one.odds[ventricular], t, normal, noise)
	}
	return out
}

func weigh(v float64, t, normal *template, noise float64) float64 {
	trust := t.trust()
	doubt := (inNoise + loneInNoise*(1-trust)) * max(noise-quiet, 0)
	if trust == 0 {
		return v - doubt
	}
	others := (t.Sum[ventricular] - v) / (t.Count - 1)
	shifted := others - v
	if !t.wide() && (normal == nil || normal.mean(paced) < 0) {
		shifted += unlikeNormal
	}
	if normal != nil {
		shifted -= likeNormal * max(0, 1-(1-t.Shape.shifted(normal.Shape))/unlike)
	}
	speaks := trust * min(1, max(0, (noisy-noise)/(noisy/2)))
	return v + speaks*shifted - doubt
}

// wide tells whether the model calls the template's beats something else that is
// wide: of a bundle branch block, or paced.
func (t *template) wide() bool {
	most := -float64(surest)
	for k := ventricular + 1; k < len(judged); k++ {
		most = max(most, t.mean(k))
	}
	return most > max(0, t.mean(ventricular))
}

// noise is the share of shapes that do not repeat.
func (m *Memory) noise(around []uint64) float64 {
	if len(around) == 0 {
		return 0
	}
	sum := 0.0
	for _, id := range around {
		lone := 1.0
		if t := m.template(id); t != nil {
			lone -= t.trust()
		}
		sum += lone
	}
	return sum / float64(len(around))
}

// normal is the most frequent template that the model does not call ventricular; nil
// if there is none.
func (m *Memory) normal() *template {
	var found *template
	for i := range m.state.Templates {
		t := &m.state.Templates[i]
		if t.mean(ventricular) < -1 && (found == nil || t.Count > found.Count) {
			found = t
		}
	}
	return found
}
