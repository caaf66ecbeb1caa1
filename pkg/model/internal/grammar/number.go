package grammar

import "strconv"

// number is a time as far as it is written: digits, a point, one digit.
type number struct {
	whole  int // value of the digits before the point
	digits int // how many there are
	point  bool
	value  int // tenths of a second, once it is all there
}

// mostDigits before the point keeps whole far from overflowing.
const mostDigits = 9

// read reads a byte; done when it was the last one.
func (n number) read(b byte) (next number, done, ok bool) {
	isDigit := b >= '0' && b <= '9'
	switch {
	case n.point && isDigit:
		n.value = 10*n.whole + int(b-'0')
		n.digits = mostDigits + 1
		return n, true, true
	case b == '.' && n.digits > 0 && !n.point:
		n.point = true
		return n, false, true
	case isDigit && !n.point && n.digits < mostDigits && (n.digits == 0 || n.whole > 0):
		n.whole = 10*n.whole + int(b-'0')
		n.digits++
		return n, false, true
	}
	return n, false, false
}

func (n number) complete() bool { return n.digits > mostDigits }

// within tells whether the number can become one from low to high.
func (n number) within(low, high int) bool { return n.least(low, high) >= 0 }

// least is the smallest number from low to high that begins like this; -1 when
// there is none.
func (n number) least(low, high int) int {
	switch {
	case n.complete():
		return overlap(n.value, n.value, low, high)
	case n.digits == 0:
		return overlap(0, high, low, high)
	case n.point || n.whole == 0:
		return overlap(10*n.whole, 10*n.whole+9, low, high)
	}
	for first, count := 10*n.whole, 10; first <= high; first, count = 10*first, 10*count {
		if v := overlap(first, first+count-1, low, high); v >= 0 {
			return v
		}
	}
	return -1
}

// overlap is the smallest number that lies in both ranges; -1 when none does.
func overlap(a, b, low, high int) int {
	if v := max(a, low); v <= min(b, high) {
		return v
	}
	return -1
}

// rest is what is missing when the number becomes v.
func (n number) rest(v int) string {
	written := n.digits
	if n.point {
		written++
	}
	return tenths(v)[written:]
}

// tenths writes tenths of a second in seconds.
func tenths(v int) string { return strconv.Itoa(v/10) + "." + strconv.Itoa(v%10) }
