namespace HybridLlm.Gateway.Holding;

/// <summary>
/// Requests for one model that wait for a server, in order of arrival; answers that have begun and lost theirs come first. Whoever
/// frees or finds a server pumps, and as many go through as there is room for: a wake that ends never lets all loose at once.
/// </summary>
/// <param name="tryTake">A grant for the wish; null if there is no room.</param>
internal sealed class HoldQueue<TWish, TGrant>(Func<TWish, TGrant?> tryTake)
    where TGrant : class
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Held> _waiting = new();
    private long _arrived;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>A grant at once, if nobody waits and there is room; else null.</summary>
    public TGrant? TryTake(TWish wish, bool first)
    {
        lock (_gate)
        {
            return first || _waiting.Count == 0 ? tryTake(wish) : null;
        }
    }

    /// <summary>Takes a place; null if all of <paramref name="maxLength"/> are taken.</summary>
    /// <param name="wish">What is wanted.</param>
    /// <param name="first">Goes before all others.</param>
    /// <param name="maxLength">Places.</param>
    public Held? Join(TWish wish, bool first, int maxLength)
    {
        Held held;
        lock (_gate)
        {
            if (!first && _waiting.Count >= maxLength)
            {
                return null;
            }

            held = new Held(this, wish, first ? 0 : ++_arrived);
            held.Node = first ? _waiting.AddFirst(held) : _waiting.AddLast(held);
        }

        // Room may have come between the try and the place.
        Pump();
        return held;
    }

    /// <summary>Lets through as many as there is room for.</summary>
    public void Pump()
    {
        while (true)
        {
            Held head;
            TGrant grant;
            lock (_gate)
            {
                if (_waiting.First is not { } first || tryTake(first.Value.Wish) is not { } got)
                {
                    return;
                }

                (head, grant) = (first.Value, got);
                _waiting.RemoveFirst();
            }

            head.Grant(grant);
        }
    }

    /// <summary>Refuses those that wait and answer to a condition.</summary>
    public void Fail(Func<TWish, Exception?> why)
    {
        List<(Held Held, Exception Why)> failed = [];
        lock (_gate)
        {
            for (var node = _waiting.First; node is not null; )
            {
                var next = node.Next;
                if (why(node.Value.Wish) is { } reason)
                {
                    failed.Add((node.Value, reason));
                    _waiting.Remove(node);
                }

                node = next;
            }
        }

        failed.ForEach(f => f.Held.Refuse(f.Why));
    }

    /// <summary>One that waits.</summary>
    internal sealed class Held(HoldQueue<TWish, TGrant> queue, TWish wish, long number)
    {
        // Those it lets through go on elsewhere: a pump must not run their answers.
        private readonly TaskCompletionSource<TGrant> _granted = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );

        public TWish Wish => wish;

        public LinkedListNode<Held>? Node { get; set; }

        /// <summary>Place in the queue from 1, at most: those before it that left are counted.</summary>
        public int Position
        {
            get
            {
                lock (queue._gate)
                {
                    return queue._waiting.First is { Value: var head } ? (int)Math.Max(1, number - head.Number + 1) : 1;
                }
            }
        }

        private long Number => number;

        /// <summary>The grant, once there is one.</summary>
        public async Task<TGrant> WaitAsync(CancellationToken cancellationToken)
        {
            using var left = cancellationToken.UnsafeRegister(static (held, token) => ((Held)held!).Leave(token), this);
            return await _granted.Task.ConfigureAwait(false);
        }

        public void Grant(TGrant grant) => _granted.TrySetResult(grant);

        public void Refuse(Exception why) => _granted.TrySetException(why);

        private void Leave(CancellationToken token)
        {
            lock (queue._gate)
            {
                // Not in the list: a grant is on its way, and its taker will see the token himself.
                if (Node?.List is null)
                {
                    return;
                }

                queue._waiting.Remove(Node);
            }

            _granted.TrySetCanceled(token);
        }
    }
}
