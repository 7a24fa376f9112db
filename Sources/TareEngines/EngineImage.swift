internal import FoundationEssentials
internal import LinuxSystem

extension EngineClient {
  /// How large the image of a container is, bytes: what its layers take, those that others share too. Two questions, one after
  /// the other: `GET /containers/ID/json` for the image's digest, and `GET /images/DIGEST/json`.
  ///
  /// - Parameters:
  ///   - container: the full id, 64 hexadecimal digits.
  ///   - deadline: time for both together.
  public static func imageSize(
    of container: String, at endpoint: EngineEndpoint, deadline: Duration
  ) throws(EngineError) -> UInt64 {
    guard isDigits(container) else { throw EngineError(endpoint, .unexpectedBody("an id of 64 hexadecimal digits")) }
    let end = Deadline(in: deadline)
    let found: ContainerImage = try ask(endpoint, "/containers/\(container)/json", end)
    // It goes into a path: nothing but a digest may stand there.
    let digest = found.image.split(separator: ":").last.map(String.init) ?? ""
    guard isDigits(digest) else { throw EngineError(endpoint, .unexpectedBody("Image is no digest")) }
    let image: ImageSize = try ask(endpoint, "/images/sha256:\(digest)/json", end)
    guard let size = UInt64(exactly: image.size) else {
      throw EngineError(endpoint, .unexpectedBody("Size is no number of bytes"))
    }
    return size
  }

  private struct ContainerImage: Decodable {
    let image: String
    enum CodingKeys: String, CodingKey { case image = "Image" }
  }

  private struct ImageSize: Decodable {
    let size: Int64
    enum CodingKeys: String, CodingKey { case size = "Size" }
  }

  private static func ask<Answer: Decodable>(
    _ endpoint: EngineEndpoint, _ path: String, _ deadline: Deadline
  ) throws(EngineError) -> Answer {
    let socket = try EngineSocket.connect(to: endpoint, until: deadline)
    let body = try Exchange(endpoint: endpoint, path: path, deadline: deadline).body(over: socket)
    do { return try JSONDecoder().decode(Answer.self, from: body) } catch {
      throw EngineError(
        endpoint, .unexpectedBody("\(path.split(separator: "/").first ?? "") without what is asked for"))
    }
  }

  private static func isDigits(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }
}
