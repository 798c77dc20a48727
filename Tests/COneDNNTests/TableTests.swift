import COneDNN
import Testing

@Suite("The table of oneDNN's functions", .enabled(if: table != nil, "oneDNN is not here: run Scripts/bootstrap"))
struct TableTests {
  @Test("The library is at least the version that is needed")
  func version() throws {
    let version = try #require(table).pointee.version()!.pointee
    #expect(version.major == ONEDNN_NEEDED_MAJOR)
    #expect(version.minor >= ONEDNN_NEEDED_MINOR)
    #expect(onednn_library_path() != nil)
  }

  @Test("Loading again gives the same table, from many threads at once")
  func loadsOnce() async {
    let expected = UInt(bitPattern: table)
    let addresses = await withTaskGroup(of: UInt.self) { group in
      for _ in 0..<8 { group.addTask { UInt(bitPattern: onednn_load(nil, 0)) } }
      return await group.reduce(into: Set<UInt>()) { $0.insert($1) }
    }
    #expect(addresses == [expected])
  }

  @Test("A convolution with a fused addition and ReLU gives the equation's values")
  func convolution() throws {
    let api = try #require(table)
    var engine: OneDNNEngine?
    var stream: OneDNNStream?
    #expect(api.pointee.engine_create(&engine, .cpu, 0) == .success)
    #expect(api.pointee.stream_create(&stream, engine, .inOrder) == .success)
    defer {
      _ = api.pointee.stream_destroy(stream)
      _ = api.pointee.engine_destroy(engine)
    }

    var image: OneDNNMemoryDescriptor?
    var kernel: OneDNNMemoryDescriptor?
    #expect(api.pointee.memory_desc_create_with_tag(&image, 4, [1, 1, 2, 2], .f32, .abcd) == .success)
    #expect(api.pointee.memory_desc_create_with_tag(&kernel, 4, [1, 1, 1, 1], .f32, .abcd) == .success)
    defer {
      _ = api.pointee.memory_desc_destroy(image)
      _ = api.pointee.memory_desc_destroy(kernel)
    }
    #expect(api.pointee.memory_desc_get_size(image) == 16)

    var attributes: OneDNNAttributes?
    var operations: OneDNNPostOperations?
    #expect(api.pointee.primitive_attr_create(&attributes) == .success)
    #expect(api.pointee.post_ops_create(&operations) == .success)
    #expect(api.pointee.post_ops_append_binary(operations, .binaryAddition, image) == .success)
    #expect(api.pointee.post_ops_append_eltwise(operations, .elementwiseReLU, 0, 0) == .success)
    #expect(api.pointee.primitive_attr_set_post_ops(attributes, operations) == .success)
    defer {
      _ = api.pointee.post_ops_destroy(operations)
      _ = api.pointee.primitive_attr_destroy(attributes)
    }

    var descriptor: OneDNNPrimitiveDescriptor?
    #expect(
      api.pointee.convolution_forward_primitive_desc_create(
        &descriptor, engine, .forwardInference, .convolutionDirect, image, kernel, nil, image, [1, 1], [0, 0], [0, 0],
        [0, 0], attributes) == .success)
    defer { _ = api.pointee.primitive_desc_destroy(descriptor) }
    var name: UnsafePointer<CChar>?
    #expect(api.pointee.primitive_desc_query(descriptor, .implementationName, 0, &name) == .success)
    #expect(name.map { String(cString: $0) }?.isEmpty == false)

    var primitive: OneDNNPrimitive?
    #expect(api.pointee.primitive_create(&primitive, descriptor) == .success)
    defer { _ = api.pointee.primitive_destroy(primitive) }

    // 2·x + y, then ReLU.
    let values: [[Float]] = [[1, -2, 3, -4], [2], [1, 1, -10, 9], [0, 0, 0, 0]]
    let buffers = values.map { values in
      let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
      _ = buffer.initialize(from: values)
      return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    let indices: [OneDNNIndex] = [.source, .weights, onednn_post_operation_index(0, .source1), .destination]
    let arguments = zip(indices, buffers).map { index, buffer in
      var memory: OneDNNMemory?
      let shape = index == .weights ? kernel : image
      #expect(api.pointee.memory_create(&memory, shape, engine, buffer.baseAddress) == .success)
      return OneDNNArgument(index: index, memory: memory)
    }
    defer { for argument in arguments { _ = api.pointee.memory_destroy(argument.memory) } }

    #expect(api.pointee.primitive_execute(primitive, stream, Int32(arguments.count), arguments) == .success)
    #expect(api.pointee.stream_wait(stream) == .success)
    #expect(Array(buffers[3]) == [3, 0, 0, 1])
  }

  @Test("The threads that the library runs on can be counted, set and used")
  func threads() throws {
    let api = try #require(table)
    try #require(api.pointee.has_threads == 1)
    let before = api.pointee.omp_get_max_threads()
    defer { api.pointee.omp_set_num_threads(before) }
    api.pointee.omp_set_num_threads(3)
    #expect(api.pointee.omp_get_max_threads() == 3)

    let seen = UnsafeMutablePointer<Int32>.allocate(capacity: 3)
    seen.initialize(repeating: 0, count: 3)
    defer { seen.deallocate() }
    api.pointee.GOMP_parallel(
      { data in
        var message = [CChar](repeating: 0, count: 1)
        let api = onednn_load(&message, 1)!
        data!.assumingMemoryBound(to: Int32.self)[Int(api.pointee.omp_get_thread_num())] =
          api.pointee.omp_get_num_threads()
      }, seen, 3, 0)
    #expect(Array(UnsafeBufferPointer(start: seen, count: 3)) == [3, 3, 3])
  }

  @Test(
    "Statuses carry oneDNN's words",
    arguments: [
      (OneDNNStatus.success, "success"), (.invalidArguments, "invalid_arguments"), (.notRequired, "not_required"),
    ]
  )
  func statusNames(status: OneDNNStatus, name: String) {
    #expect(String(cString: onednn_status_name(status)) == name)
  }
}

/// The library of this machine, where there is one.
nonisolated(unsafe) let table: UnsafePointer<OneDNN>? = {
  var message = [CChar](repeating: 0, count: 2048)
  return onednn_load(&message, message.count)
}()
