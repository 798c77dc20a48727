// resnet compare plain20 plain56 resnet20 resnet56 \
//   --data cifar-10-batches-bin --output runs/degradation
import ResNet

let data = "cifar-10-batches-bin"
let cifar = try CIFAR10(at: data)
let names = ["plain20", "plain56", "resnet20", "resnet56"]
let networks = try names.map { try Architecture.named($0) }
let plan = try ComparisonPlan(networks, seeds: 3, in: "runs/degradation")
let comparison = try await plan.train(data: data) { run, folder in
  try Trainer(
    run.architecture, on: cifar.training, test: cifar.test, recipe: .quick, seed: run.seed,
    keptIn: folder)
}
print(comparison.verdict.text)
