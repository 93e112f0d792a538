namespace HybridLlm.Testing.Sqs;

/// <summary>A standard queue: what is received is hidden for a while, and gone when it is deleted or too old.</summary>
internal sealed class MessageQueue(string name)
{
    private static readonly TimeSpan s_retention = TimeSpan.FromMinutes(5);
    private readonly List<Message> _messages = [];
    private int _number;

    public string Name => name;

    public SortedDictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    public string Send(string body, DateTimeOffset now)
    {
        Message message = new($"{name}-{++_number:d8}", body, now) { VisibleFrom = now };
        _messages.Add(message);
        return message.Id;
    }

    public bool HasVisible(DateTimeOffset now) => Alive(now).Any(m => m.VisibleFrom <= now);

    public IReadOnlyList<(string Id, string Receipt, string Body)> Receive(int most, TimeSpan hide, DateTimeOffset now)
    {
        var received = Alive(now).Where(m => m.VisibleFrom <= now).Take(most).ToList();
        foreach (var message in received)
        {
            message.VisibleFrom = now + hide;
            message.Receipt = $"{message.Id}.{++_number}";
        }

        return [.. received.Select(m => (m.Id, m.Receipt!, m.Body))];
    }

    /// <summary>Deletes by the receipt of any reception; an unknown one is no error, as on AWS.</summary>
    public void Delete(string receipt) =>
        _messages.RemoveAll(m => receipt.StartsWith(m.Id + ".", StringComparison.Ordinal));

    private List<Message> Alive(DateTimeOffset now)
    {
        _messages.RemoveAll(m => m.SentAt + s_retention <= now);
        return _messages;
    }

    private sealed class Message(string id, string body, DateTimeOffset sentAt)
    {
        public string Id => id;
        public string Body => body;
        public DateTimeOffset SentAt => sentAt;
        public DateTimeOffset VisibleFrom { get; set; }
        public string? Receipt { get; set; }
    }
}
