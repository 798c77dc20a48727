# Everything a user or a machine calls. `make run` first; `make test` proves the package.

# Tests run one after another: the engine uses every core as it is. Waiting threads spin for a short while only, as in
# the tool. One output folder for each set of flags: going from one to the other then rebuilds nothing.
TEST_BUILD = -c release -Xswiftc -enable-testing --scratch-path .build/testing
SOURCES = Package.swift Sources Snippets Tests Fuzz
TOOL = .build/release/resnet
RUN = runs/first

.PHONY: build run test format lint bench pairs manual docs clean bootstrap

build: bootstrap
	swift build -c release --product resnet

run: build
	$(TOOL) train --network resnet20 --data generated --epochs 5 --output $(RUN) --overwrite
	$(TOOL) evaluate $(RUN) --data generated
	@echo
	@echo "That was ResNet-20, trained here on pictures that the program made. What to type next:"
	@echo "  $(TOOL) summary resnet20          what the network is made of"
	@echo "  $(TOOL) networks                  which others there are"
	@echo "  $(TOOL) train --help              how to train on pictures of your own"

test: bootstrap lint
	Scripts/python-for-tests
	Scripts/build-without-warnings $(TEST_BUILD) --build-tests
	GOMP_SPINCOUNT=10000 swift test $(TEST_BUILD) --skip-build --no-parallel
	Scripts/test-resume 5 .build/testing/release/resnet
	Scripts/test-dependent

bench: build
	$(TOOL) bench train --network resnet20 --batch 128 --threads 2
	$(TOOL) bench infer --network resnet20 --batch 128 --threads 2

# The trained pairs in Examples/pairs: some hours, and CIFAR-10 in .data.
pairs: build
	Scripts/trained-pairs

# The help of all commands as a manual page, by the plugin of swift-argument-parser.
manual: build
	swift package plugin generate-manual
	mkdir -p .build/manual
	cp .build/plugins/GenerateManual/outputs/ResNetCommand/resnet.1 .build/manual/
	@echo "Read it with: man .build/manual/resnet.1"

# The documentation as a website, by the DocC plugin: all modules that ResNet re-exports, their links resolved among one
# another, and the catalogue. A warning is a fault.
docs: bootstrap
	rm -rf .build/documentation
	swift package --allow-writing-to-directory .build generate-documentation --enable-experimental-combined-documentation \
	  --warnings-as-errors --fallback-default-module-kind Library --output-path .build/documentation --target ResNet \
	  $$(sed -n 's/^@_exported import /--target /p' Sources/ResNet/ResNet.swift) < /dev/null
	@echo "Look at it with: python3 -m http.server --directory .build/documentation 8000"
	@echo "and open http://localhost:8000/documentation/resnet"

format:
	swift format --in-place --recursive --parallel $(SOURCES)

lint:
	swift format lint --strict --recursive --parallel $(SOURCES)

clean:
	rm -rf .build

bootstrap:
	@Scripts/bootstrap
