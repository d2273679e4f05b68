/* send/flight.h against a model. */
#include "send/flight.h"

#include "tests/check.h"

#include <stdlib.h>

enum { IDS = 3000, STEPS = 200000 };

static void test_flight(unsigned seed, int64_t stride)
{
	static bool model[IDS];
	struct flight f = { 0 };
	size_t in = 0;
	bool same = true;
	memset(model, 0, sizeof model);
	srand(seed);
	CHECK(!flight_has(&f, 1));
	flight_remove(&f, 1);
	for (int i = 0; i < STEPS && same; i++) {
		size_t k = (size_t)rand() % IDS;
		int64_t id = ((int64_t)k + 1) * stride;
		switch (rand() % 3) {
		case 0:
			in += !model[k];
			model[k] = true;
			flight_add(&f, id);
			break;
		case 1:
			in -= model[k];
			model[k] = false;
			flight_remove(&f, id);
			break;
		default:
			same = flight_has(&f, id) == model[k];
		}
		same = same && f.used == in;
	}
	for (size_t k = 0; k < IDS; k++)
		same = same && flight_has(&f, ((int64_t)k + 1) * stride) == model[k];
	CHECK(same);
	flight_free(&f);
	CHECK(!flight_has(&f, stride) && f.size == 0);
}

/* A queue that runs for ever: ids come at one end and go at the other. */
static void test_run(void)
{
	struct flight f = { 0 };
	for (int64_t id = 1; id <= 300000; id++) {
		flight_add(&f, id);
		if (id > 1000)
			flight_remove(&f, id - 1000);
	}
	CHECK(f.used == 1000 && f.size <= 4096);
	CHECK(flight_has(&f, 300000) && flight_has(&f, 299001)
	      && !flight_has(&f, 299000));
	flight_free(&f);
}

int main(void)
{
	for (unsigned seed = 1; seed <= 4; seed++)
		test_flight(seed, seed == 4 ? 1 << 20 : (int64_t)seed);
	test_run();
	return check_done();
}
