"""An error that API clients get as JSON."""

from django.http import JsonResponse


class ApiError(Exception):
    """Is sent as `{"code": ..., "message": ...}`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(message)

    def response(self) -> JsonResponse:
        return JsonResponse({"code": self.code, "message": self.message}, status=self.status)
